"""Which engine the settings choose, and what a model's process is told."""

from pathlib import Path

import numpy as np
import pytest

from config.engines import build_drafter, build_stage_function, build_transcriber
from config.settings import DraftEngine, DraftingSettings, Settings, SpeechEngine, SpeechSettings, VendorSettings
from pipeline.adapters.drafting.extractive import ExtractiveDrafter
from pipeline.adapters.drafting.llm import LlmDrafter
from pipeline.adapters.speech.moonshine import MoonshineTranscriber
from pipeline.adapters.speech.whisperx import WhisperXTranscriber
from pipeline.domain.session import Stage
from pipeline.errors import (
    EndpointNotAllowedError,
    EngineUnavailableError,
    SettingsInvalidError,
    VocabularyInvalidError,
)


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


def test_a_speech_endpoint_is_held_to_the_same_list_of_hosts() -> None:
    """The recognizer asks the same list as the drafter before it sends anything."""
    speech = SpeechSettings(engine=SpeechEngine.OPENAI, base_url="http://speech.example.org/v1")

    with pytest.raises(EndpointNotAllowedError):
        build_transcriber(Settings(speech=speech)).transcribe(np.zeros(16_000, np.float32), tuple)


def test_the_agencys_own_names_are_read_from_a_file(tmp_path: Path) -> None:
    """A vocabulary file that is not there, or no vocabulary, stops the process before a recording is touched."""
    missing = Settings(speech=SpeechSettings(vocabulary_file=tmp_path / "none.txt"))
    wrong = tmp_path / "names.txt"
    wrong.write_text("fine\n1234\n")

    with pytest.raises(SettingsInvalidError):
        build_stage_function(Stage.TRANSCRIBE, missing)
    with pytest.raises(VocabularyInvalidError, match="line 2"):
        build_stage_function(Stage.TRANSCRIBE, Settings(speech=SpeechSettings(vocabulary_file=wrong)))


@pytest.mark.parametrize(("engine", "kind"), [("extractive", ExtractiveDrafter), ("llm", LlmDrafter)])
def test_the_settings_choose_the_drafter(engine: str, kind: type) -> None:
    """The drafter is the one that is named."""
    drafting = DraftingSettings(engine=DraftEngine(engine), base_url="http://127.0.0.1:8000/v1", model="any")

    assert isinstance(build_drafter(Settings(drafting=drafting)), kind)


@pytest.mark.parametrize(("host", "allowed"), [("127.0.0.1", True), ("localhost", True), ("example.org", False)])
def test_what_was_said_goes_to_allowed_hosts_only(host: str, allowed: bool) -> None:  # noqa: FBT001 - a parameter
    """By default nothing leaves the machine."""
    assert VendorSettings().is_allowed(host) is allowed
