"""A diarized transcript: words, segments, who spoke, and how sure the engine was."""

from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a speaker is to the session; a voice that is not attributed has no role."""

    CLINICIAN = "CLINICIAN"
    CLIENT = "CLIENT"
    OTHER = "OTHER"


#: Why a word is in doubt that was half heard, or heard in two ways.
HEARD_UNCLEARLY = "heard_unclearly"
#: Below this probability a role is a guess and is called uncertain; at it, held-out guesses were right 9 times in 10.
ROLE_UNCERTAIN_BELOW = 0.8
#: So many words in doubt in a row are no slip: the passage may be in another language, and the words made up.
PASSAGE_WORDS = 8


@dataclass(frozen=True, slots=True)
class Word:
    """One word with its times in seconds; ``None`` where the engine gives none."""

    word: str = field(repr=False)
    start: float | None = None
    end: float | None = None
    #: Probability that the word was heard right, 0 to 1.
    score: float | None = None
    speaker: str | None = None
    #: Why the word is in doubt (``heard_unclearly``), or ``None``.
    doubt: str | None = None
    #: What else it may have been.
    candidates: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Segment:
    """What one speaker said without a long break, with times in seconds."""

    segment_id: str
    start: float
    end: float
    text: str = field(repr=False)
    speaker: str | None = None
    role: Role | None = None
    #: Probability that the role is right, 0 to 1.
    role_confidence: float | None = None
    words: tuple[Word, ...] = field(default=(), repr=False)

    @property
    def role_is_uncertain(self) -> bool:
        """Say whether its role is a guess; one that comes without a probability was stated by whoever gave it."""
        sure = 1.0 if self.role_confidence is None else self.role_confidence
        return self.role is not None and sure < ROLE_UNCERTAIN_BELOW

    @property
    def is_unclear(self) -> bool:
        """Say whether its words may be made up: most of them, and no few, are in doubt."""
        doubted = sum(1 for word in self.words if word.doubt)
        return doubted >= PASSAGE_WORDS and 2 * doubted > len(self.words)


@dataclass(frozen=True, slots=True)
class VoiceTurn:
    """A stretch of one voice, in seconds."""

    start: float
    end: float
    speaker: str


@dataclass(frozen=True, slots=True)
class Engine:
    """Which program and weights made something, so that it can be told later."""

    name: str
    version: str
    model: str = ""
    #: Settings that change the result, as text.
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What decoding found out about a recording; no content."""

    seconds: float
    sample_rate: int
    channels: int
    codec: str
    #: Share of samples at full scale, 0 to 1.
    clipped: float = 0.0
    #: Loudest sample, dBFS.
    peak_dbfs: float = 0.0
    #: Median loudness of the speech-like part, dBFS.
    level_dbfs: float = 0.0
    #: Sound tracks in the file; only the first is listened to.
    tracks: int = 1


@dataclass(frozen=True, slots=True)
class Transcript:
    """Everything that was heard, in order of time."""

    segments: tuple[Segment, ...]
    language: str
    engine: Engine
    diarizer: Engine | None = None
    recording: RecordingFacts | None = None
    #: Reason codes a clinician should see: ``more_voices_than_participants``, ``clipped``, …
    flags: tuple[str, ...] = ()
    #: When each voice was heard, overlaps included; empty where nobody told voices apart by sound.
    turns: tuple[VoiceTurn, ...] = ()

    @property
    def words(self) -> int:
        """Return how many words were heard."""
        return sum(len(segment.text.split()) for segment in self.segments)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Return the speaker labels in order of first appearance."""
        return tuple(dict.fromkeys(s.speaker for s in self.segments if s.speaker is not None))
