"""Which engine the settings choose, and what a model's process is told."""

import pytest

from config.engines import build_drafter, build_transcriber
from config.settings import DraftEngine, DraftingSettings, Settings, SpeechEngine, SpeechSettings
from pipeline.adapters.drafting.extractive import ExtractiveDrafter
from pipeline.adapters.drafting.llm import LlmDrafter
from pipeline.adapters.speech.moonshine import MoonshineTranscriber
from pipeline.adapters.speech.whisperx import WhisperXTranscriber
from pipeline.errors import EngineUnavailableError


@pytest.mark.parametrize(
    ("engine", "model", "kind"),
    [
        (SpeechEngine.AUTO, "", MoonshineTranscriber),
        (SpeechEngine.AUTO, "large-v3", WhisperXTranscriber),
        (SpeechEngine.MOONSHINE, "large-v3", MoonshineTranscriber),
        (SpeechEngine.WHISPERX, "", WhisperXTranscriber),
    ],
)
def test_the_settings_choose_the_recognizer(engine: SpeechEngine, model: str, kind: type) -> None:
    """What is named is used; with ``auto`` a named model decides."""
    settings = Settings(speech=SpeechSettings(engine=engine, model=model))

    assert isinstance(build_transcriber(settings), kind)


def test_an_engine_that_is_not_there_is_never_replaced_in_silence() -> None:
    """Asking for an engine this deployment lacks fails by name."""
    with pytest.raises(EngineUnavailableError):
        build_transcriber(Settings(speech=SpeechSettings(engine=SpeechEngine.OPENAI)))


@pytest.mark.parametrize(("engine", "kind"), [("extractive", ExtractiveDrafter), ("llm", LlmDrafter)])
def test_the_settings_choose_the_drafter(engine: str, kind: type) -> None:
    """The drafter is the one that is named."""
    drafting = DraftingSettings(engine=DraftEngine(engine), base_url="http://127.0.0.1:8000/v1", model="any")

    assert isinstance(build_drafter(Settings(drafting=drafting)), kind)


@pytest.mark.parametrize(("host", "allowed"), [("127.0.0.1", True), ("localhost", True), ("example.org", False)])
def test_what_was_said_goes_to_allowed_hosts_only(host: str, allowed: bool) -> None:  # noqa: FBT001 - a parameter
    """By default nothing leaves the machine."""
    assert DraftingSettings().is_allowed(host) is allowed
