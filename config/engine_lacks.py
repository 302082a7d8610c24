"""What the engines that the settings name lack, as far as can be told without loading them."""

from collections.abc import Callable, Iterator
from pathlib import Path

from config.settings import DraftEngine, Settings, SpeechEngine, VerifyEngine
from pipeline.adapters.vendors import require_allowed
from pipeline.errors import EngineUnavailableError

Check = Callable[[], None]


def engine_checks(settings: Settings) -> Iterator[tuple[str, Check]]:
    """Yield each stage's check; it raises ``EngineUnavailableError`` or ``EndpointNotAllowedError``."""
    yield "transcribe", lambda: _speech(settings)
    yield "draft", lambda: _drafting(settings)
    yield "verify", lambda: _grounding(settings)


def require_endpoint(settings: Settings, engine: str, base_url: str) -> None:
    """Raise what an endpoint lacks: its address, or a place among the allowed hosts."""
    if not base_url:
        raise EngineUnavailableError(engine=engine, lacks="base_url")
    require_allowed(base_url, settings.vendors.is_allowed)


def _speech(settings: Settings) -> None:
    speech = settings.speech
    if speech.engine is SpeechEngine.OPENAI:
        require_endpoint(settings, "openai", speech.base_url)
    elif speech.engine is not SpeechEngine.MOONSHINE:
        _require_folder("whisperx", speech.model)
    _require_folder("pyannote", speech.diarization_model)


def _drafting(settings: Settings) -> None:
    if settings.drafting.engine is DraftEngine.LLM:
        require_endpoint(settings, "llm", settings.drafting.base_url)


def _grounding(settings: Settings) -> None:
    grounding = settings.grounding
    if grounding.engine is VerifyEngine.LLM:
        require_endpoint(settings, "llm", grounding.base_url)
    if grounding.engine is VerifyEngine.ENTAILMENT and not grounding.model:
        raise EngineUnavailableError(engine="entailment", lacks="model")
    if grounding.engine in {VerifyEngine.ENTAILMENT, VerifyEngine.EMBEDDING}:
        _require_folder(str(grounding.engine), grounding.model, named=False)


def _require_folder(engine: str, model: str, *, named: bool = True) -> None:
    """Raise where a model is given as a folder that is not there; a bare name may be in a cache of the engine's."""
    is_name = named and not model.startswith(("/", "~", "."))
    if model and not is_name and not Path(model).expanduser().is_dir():
        raise EngineUnavailableError(engine=engine, lacks="folder")
