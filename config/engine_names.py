"""Which engine each stage is set to, as dashboards group failures by; nothing heavy is imported to know it."""

from importlib import metadata

from config.settings import DraftEngine, Settings, SpeechEngine
from pipeline.domain.session import Stage

#: The package whose version counts, by speech engine.
_SPEECH_PACKAGES = {SpeechEngine.MOONSHINE: "moonshine-voice", SpeechEngine.WHISPERX: "whisperx"}


def engine_name(stage: Stage, settings: Settings) -> str:
    """Return name, version and model, as in ``whisperx 3.8.6 large-v3``."""
    if stage is Stage.TRANSCRIBE:
        return _speech(settings)
    if stage is Stage.DRAFT and settings.drafting.engine is DraftEngine.LLM:
        return f"llm {settings.drafting.model}".strip()
    own = {Stage.DRAFT: "extractive", Stage.VERIFY: "grounding", Stage.PURGE: "purge"}
    return f"{own[stage]} {program_version()}"


def program_version() -> str:
    """Return Nightscribe's own version."""
    return metadata.version("nightscribe")


def _speech(settings: Settings) -> str:
    engine, model = settings.speech.engine, settings.speech.model
    if engine is SpeechEngine.AUTO:
        engine = SpeechEngine.WHISPERX if model else SpeechEngine.MOONSHINE
    package = _SPEECH_PACKAGES.get(engine)
    version = metadata.version(package) if package else ""
    return " ".join(part for part in (engine.value, version, model) if part)
