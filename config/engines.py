"""Settings -> the work of each stage; loaded only in the process that runs a model."""

from dataclasses import replace

from config.engine_lacks import require_endpoint
from config.note_formats import load_layouts
from config.settings import DraftEngine, Settings, SpeechEngine, VerifyEngine
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.vocabulary import names_from_text
from pipeline.domain.session import SessionKind, Stage
from pipeline.errors import SettingsInvalidError
from pipeline.ports import (
    Decoder,
    Diarizer,
    Drafter,
    Inputs,
    SessionFacts,
    StageFunction,
    StageResult,
    StageTask,
    Transcriber,
    Verifier,
    VoiceCount,
)


def build_stage_function(stage: Stage, settings: Settings) -> StageFunction:
    """Return the work of a stage with its engines built."""
    builders = {Stage.TRANSCRIBE: _transcribe, Stage.DRAFT: _draft, Stage.VERIFY: _verify}
    return builders[stage](settings)


def build_decoder(settings: Settings) -> Decoder:
    """Return the sandboxed decoder within the settings' limits."""
    from pipeline.adapters.decoding.limits import DecodingLimits
    from pipeline.adapters.decoding.sandboxed import SandboxedDecoder

    recording = settings.recording
    return SandboxedDecoder(
        DecodingLimits(
            max_bytes=recording.max_bytes,
            min_seconds=recording.shortest.total_seconds(),
            max_seconds=recording.longest.total_seconds(),
        )
    )


def build_transcriber(settings: Settings) -> Transcriber:
    """Return the speech engine that the settings name; raise ``EngineUnavailableError`` for one that is not built."""
    engine = settings.speech.engine
    if engine is SpeechEngine.AUTO:
        engine = SpeechEngine.WHISPERX if settings.speech.model else SpeechEngine.MOONSHINE
    builders = {SpeechEngine.MOONSHINE: _moonshine, SpeechEngine.WHISPERX: _whisperx, SpeechEngine.OPENAI: _openai}
    return builders[engine](settings)


def build_diarizer(settings: Settings) -> Diarizer:
    """Return the diarizer that the settings name: a pyannote pipeline of one's own, or the bundled weights."""
    if settings.speech.diarization_model:
        return _whisperx_diarizer(settings)
    from pipeline.adapters.diarization import DiarizerOptions, EmbeddedDiarizer

    return EmbeddedDiarizer(DiarizerOptions(threads=_threads(settings, DiarizerOptions().threads)))


def build_drafter(settings: Settings) -> Drafter:
    """Return the drafter that the settings name, with the note formats of the defaults."""
    drafting = settings.drafting
    if drafting.engine is DraftEngine.LLM:
        from pipeline.adapters.drafting.llm import LlmDrafter, LlmOptions

        require_endpoint(settings, "llm", drafting.base_url)
        options = LlmOptions(drafting.base_url, drafting.model, drafting.api_key.get_secret_value())
        return LlmDrafter(load_layouts(), options, settings.vendors.is_allowed)
    from pipeline.adapters.drafting.extractive import ExtractiveDrafter

    return ExtractiveDrafter(load_layouts())


def build_verifier(settings: Settings, engine: VerifyEngine | None = None) -> Verifier:
    """Return the grounding verifier, with the judge that the settings or the caller name beside its own checks."""
    from pipeline.adapters.grounding import GroundingVerifier

    engine = engine or settings.grounding.engine
    if engine is VerifyEngine.RULES:
        return GroundingVerifier()
    from config.judges import build_judge

    return GroundingVerifier(build_judge(settings, engine))


def _transcribe(settings: Settings) -> StageFunction:
    from pipeline.stages.transcribe import Interim, transcribe, transcribe_dictation

    decoder, diarizer, transcriber = build_decoder(settings), build_diarizer(settings), build_transcriber(settings)
    house_names = _house_names(settings)
    made_by = settings.speech.model_dump_json(exclude={"api_key", "vocabulary_file"})

    def work(task: StageTask, inputs: Inputs) -> StageResult:
        recording = inputs[ArtifactKind.RECORDING]
        names, voices = (*task.names, *house_names), _voices(task)
        interim = Interim(f"{made_by} {voices}", task.interim, task.keep)
        if task.kind is SessionKind.DICTATED:
            return transcribe_dictation(
                recording, decoder=decoder, transcriber=transcriber, names=names, interim=interim
            )
        return transcribe(
            recording,
            names=names,
            interim=interim,
            voices=voices,
            decoder=decoder,
            diarizer=diarizer,
            transcriber=transcriber,
        )

    return work


def _draft(settings: Settings) -> StageFunction:
    from pipeline.stages.draft import draft

    drafter = build_drafter(settings)

    def work(task: StageTask, inputs: Inputs) -> StageResult:
        return draft(
            inputs[ArtifactKind.TRANSCRIPT],
            note_format=task.note_format,
            facts=session_facts(task),
            drafter=drafter,
        )

    return work


def _verify(settings: Settings) -> StageFunction:
    from pipeline.stages.verify import verify

    verifier = build_verifier(settings)

    def work(task: StageTask, inputs: Inputs) -> StageResult:
        return verify(
            inputs[ArtifactKind.DRAFT],
            inputs[ArtifactKind.TRANSCRIPT],
            facts=session_facts(task),
            verifier=verifier,
        )

    return work


def session_facts(task: StageTask) -> SessionFacts:
    """Return what a note may state from rows, out of the facts of a task."""
    prefix = "participants."
    participants = tuple(
        (name.removeprefix(prefix), int(count)) for name, count in sorted(task.facts.items()) if name.startswith(prefix)
    )
    seconds = task.facts.get("audio_seconds")
    return SessionFacts(
        participants, str(task.facts.get("consent_statement", "")), None if seconds is None else float(seconds)
    )


def _voices(task: StageTask) -> VoiceCount:
    """Return the voices to expect: a number given is a bound; registered people leave room for one more.

    A voice too many may be somebody who never consented, so it must not be merged away.
    """
    given = task.facts.get("voices")
    people = dict(session_facts(task).participants)
    known = VoiceCount(
        clinicians=people.get("clinician"),
        interpreters=people.get("interpreter", 0),
        others=people.get("supervisor", 0) + people.get("guest", 0),
    )
    if given is not None:
        return replace(known, exactly=int(given))
    registered = sum(people.values())
    return replace(known, at_most=registered + 1, registered=registered) if registered else VoiceCount()


def _house_names(settings: Settings) -> tuple[str, ...]:
    """Return the agency's own names; raise ``SettingsInvalidError`` where the file is not there."""
    path = settings.speech.vocabulary_file
    if path is None:
        return ()
    try:
        return names_from_text(path.expanduser().read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise SettingsInvalidError(where="speech.vocabulary_file") from None


def _threads(settings: Settings, default: int) -> int:
    return settings.speech.threads or default


def _moonshine(settings: Settings) -> Transcriber:
    from pipeline.adapters.speech.moonshine import MoonshineTranscriber
    from pipeline.adapters.speech.moonshine_options import MoonshineOptions

    return MoonshineTranscriber(MoonshineOptions(threads=_threads(settings, MoonshineOptions().threads)))


def _whisperx(settings: Settings) -> Transcriber:
    from pipeline.adapters.speech.whisperx import WhisperXTranscriber
    from pipeline.adapters.speech.whisperx_options import WhisperXOptions

    speech, defaults = settings.speech, WhisperXOptions()
    return WhisperXTranscriber(
        WhisperXOptions(
            model=speech.model or defaults.model,
            device=speech.device,
            compute_type=speech.compute_type,
            batch_size=speech.batch_size,
            language=speech.language,
            threads=_threads(settings, defaults.threads),
        )
    )


def _openai(settings: Settings) -> Transcriber:
    from pipeline.adapters.speech.openai import OpenAIOptions, OpenAITranscriber

    speech = settings.speech
    require_endpoint(settings, "openai", speech.base_url)
    options = OpenAIOptions(
        speech.base_url, speech.model or "whisper-1", speech.api_key.get_secret_value(), speech.language
    )
    return OpenAITranscriber(options, settings.vendors.is_allowed)


def _whisperx_diarizer(settings: Settings) -> Diarizer:
    from pipeline.adapters.diarization.whisperx import WhisperXDiarizer

    speech = settings.speech
    return WhisperXDiarizer(model=speech.diarization_model, device=speech.device)
