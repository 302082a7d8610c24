"""Small conversations for the drafter's tests."""

from config.note_formats import load_layouts
from pipeline.adapters.drafting.extractive import ExtractiveDrafter
from pipeline.domain.note import Note, NoteFormat
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
from pipeline.ports import SessionFacts

LAYOUTS = load_layouts()
CLINICIAN, CLIENT = Role.CLINICIAN, Role.CLIENT


def a_talk(*lines: tuple[str, Role | None, str]) -> Transcript:
    """Return a transcript of (speaker, role, words)."""
    segments = tuple(
        Segment(f"s{n:04d}", n * 5.0, n * 5.0 + 4, words, speaker, role)
        for n, (speaker, role, words) in enumerate(lines)
    )
    return Transcript(segments, "en", Engine("test", "1"))


def an_exchange(question: str, answer: str) -> Transcript:
    """Return a clinician's words and a client's."""
    return a_talk(("A", CLINICIAN, question), ("B", CLIENT, answer))


def a_note(transcript: Transcript, note_format: NoteFormat = NoteFormat.SOAP) -> Note:
    """Return its draft."""
    return ExtractiveDrafter(LAYOUTS).draft(transcript, note_format, SessionFacts())


def texts(note: Note) -> list[str]:
    """Return the note's sentences."""
    return [sentence.text for sentence in note.sentences()]
