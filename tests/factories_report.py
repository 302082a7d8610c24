"""An invented session's report, whole, for tests and for looking at the page."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.adapters.report import DeletionProof, SessionReport, StreamCheck
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.consent import Consent, ConsentDecision, Participant, ParticipantRole, PersonRef, Purpose
from pipeline.domain.evidence import (
    CheckResult,
    ClaimVerdict,
    EvidenceSpan,
    Finding,
    OmissionStatus,
    SafetyMention,
    Verdict,
    Verification,
)
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence, SentenceKind
from pipeline.domain.retention import RetentionClock
from pipeline.domain.session import RunId, Session, SessionId, SessionKind, Stage, StageStatus
from pipeline.domain.transcript import Engine, Role, Segment, Transcript, Word
from pipeline.ports import KindDeletion, StageRunRow

EVENING = datetime(2026, 11, 19, 22, 40, tzinfo=UTC)
MORNING = datetime(2026, 11, 20, 12, 4, tzinfo=UTC)
SESSION_ID = SessionId("ses-6f1c0b7e4a2d49c8")

_SAID = (
    (3.2, "A", "Good afternoon. How have things been since we last met?"),
    (8.9, "B", "Up and down, honestly. The first half of the week was rough."),
    (14.6, "A", "Last time we agreed that you would keep a sleep diary and take the short walk. How did that go?"),
    (22.1, "B", "I kept the diary five nights out of seven. The walk, twice."),
    (30.4, "A", "Five nights is real work. What did the diary show you?"),
    (36.0, "B", "I fall asleep around one and wake up at four, most nights. So maybe fifteen hours in the whole week."),
    (47.3, "A", "And your mood, on the scale from one to ten?"),
    (51.8, "B", "About a four. It was a three last time."),
    (58.5, "A", "When things are at their worst, have you had thoughts of not wanting to be here?"),
    (66.2, "B", "Sometimes, at night, I wish I would just not wake up. I would not do anything. It passes."),
    (77.9, "A", "Thank you for telling me. Have you made any plan, or thought about how?"),
    (84.0, "B", "No. No plan. My sister knows, and I would call her."),
    (92.7, "A", "Let us write that down together: your sister first, and the crisis line on the card."),
    (101.2, "B", "Okay. I also stopped the evening tablets on Sunday. They made me foggy."),
    (109.6, "A", "I am glad that you said so. Please speak to the prescriber before Friday."),
    (118.0, "B", "I will call tomorrow."),
    (
        123.5,
        "A",
        "For the week: the diary again, every night, and the walk three times. We meet on the twenty-seventh at four.",
    ),
    (134.9, "B", "The twenty-seventh at four. Fine."),
)
_ROLES = {"A": Role.CLINICIAN, "B": Role.CLIENT}


def transcript() -> Transcript:
    """Return a short two-voice transcript with one word in doubt."""
    return Transcript(
        segments=tuple(_segment(number, *said) for number, said in enumerate(_SAID)),
        language="en",
        engine=Engine("moonshine", "0.1.0", "tiny-en", (("pieces", "12 to 24 s"),)),
        diarizer=Engine("pyannote", "4.0.7", "segmentation of whisperx 3.8.6, embedding of resemblyzer 0.1.4"),
        flags=("clipped",),
    )


def note(first: str = "Client kept the sleep diary on five of seven nights and took the walk twice.") -> Note:
    """Return a DAP note; ``first`` is its first sentence."""
    return Note(
        NoteFormat.DAP,
        (
            NoteSection(
                "data",
                "Data",
                (
                    NoteSentence("a1", first),
                    NoteSentence(
                        "a2", "Sleep is from about one to four on most nights, about fifty hours in the week."
                    ),
                    NoteSentence("a3", "Client rated mood 4 of 10, up from 3."),
                    NoteSentence("a4", "Client reported a passive death wish at night, without plan or intent."),
                    NoteSentence("a5", "Client denies use of alcohol."),
                ),
            ),
            NoteSection(
                "assessment",
                "Assessment",
                (NoteSentence("b1", "Mood is slightly better and sleep is still short.", SentenceKind.ASSESSMENT),),
            ),
            NoteSection(
                "plan",
                "Plan",
                (
                    NoteSentence("c1", "Sleep diary every night and the walk three times.", SentenceKind.PLAN),
                    NoteSentence("c2", "Clinician will call the sister in a crisis.", SentenceKind.PLAN),
                    NoteSentence("c3", "Next session on the 27th at four.", SentenceKind.PLAN),
                ),
            ),
        ),
        Engine("extractive", "0.1.0"),
    )


def verification() -> Verification:
    """Return a verdict of each sort, and what was said and matters."""
    sound = (("support", CheckResult.PASS), ("numbers", CheckResult.PASS), ("attribution", CheckResult.PASS))
    return Verification(
        verdicts=(
            ClaimVerdict("a1", Verdict.SUPPORTED, 0.94, sound, (quote(3),)),
            ClaimVerdict(
                "a2",
                Verdict.CONTRADICTED,
                0.11,
                (("support", CheckResult.PASS), ("numbers", CheckResult.FAIL)),
                (quote(5),),
                (Finding("numbers", "number_mismatch", "about fifty hours", (quote(5, "maybe fifteen hours"),)),),
                ("heard_unclearly",),
            ),
            ClaimVerdict("a3", Verdict.SUPPORTED, 0.97, sound, (quote(7),)),
            ClaimVerdict(
                "a4", Verdict.SUPPORTED, 0.91, (*sound, ("certainty", CheckResult.PASS)), (quote(9), quote(11))
            ),
            ClaimVerdict(
                "a5",
                Verdict.UNSUPPORTED,
                0.03,
                (("negation", CheckResult.FAIL),),
                (),
                (Finding("negation", "denial_not_asked", "denies use of alcohol"),),
            ),
            ClaimVerdict("b1", Verdict.NOT_CHECKED, 0.5, (), (), (), ("clinician_judgement",)),
            ClaimVerdict(
                "c1",
                Verdict.SUPPORTED,
                0.95,
                sound,
                (quote(16, "the diary again, every night, and the walk three times"),),
            ),
            ClaimVerdict(
                "c2",
                Verdict.PARTIAL,
                0.42,
                (("attribution", CheckResult.FAIL), ("support", CheckResult.PASS)),
                (quote(11),),
                (Finding("attribution", "said_by_another", "Clinician will call", (quote(11, "I would call her"),)),),
            ),
            ClaimVerdict("c3", Verdict.SUPPORTED, 0.96, sound, (quote(16, "We meet on the twenty-seventh at four"),)),
        ),
        mentions=(
            SafetyMention(
                "suicide", (quote(9), quote(11)), critical=True, status=OmissionStatus.ANSWERED, in_note=True
            ),
            SafetyMention("medication", (quote(13),), critical=True, status=OmissionStatus.VOLUNTEERED, in_note=False),
            SafetyMention("homework", (quote(16),), critical=False, status=OmissionStatus.ANSWERED, in_note=True),
            SafetyMention("next_contact", (quote(16),), critical=False, status=OmissionStatus.ANSWERED, in_note=True),
        ),
        engine=Engine("grounding", "0.1.0", "lexical"),
    )


def quote(number: int, words: str = "") -> EvidenceSpan:
    """Return a quote of the segment with this number, whole or in part."""
    segment = transcript().segments[number]
    words = words or segment.text
    at = segment.text.index(words)
    return EvidenceSpan(segment.segment_id, words, segment.start, segment.end, segment.role, at, at + len(words))


def session_report(**changes: object) -> SessionReport:
    """Return a report in which every part has something to say."""
    facts: dict[str, Any] = {
        "session": Session(SESSION_ID, SessionKind.RECORDED, NoteFormat.DAP, "US-NY", EVENING),
        "made_at": MORNING,
        "software_version": "0.1.0",
        "zone": ZoneInfo("America/New_York"),
        "recorded_seconds": 2891.0,
        "note": note(),
        "verification": verification(),
        "transcript": transcript(),
        "runs": tuple(_run(number, stage) for number, stage in enumerate(Stage)),
        "participants": (
            Participant(PersonRef("p-1"), ParticipantRole.CLIENT),
            Participant(PersonRef("p-2"), ParticipantRole.CLINICIAN),
        ),
        "consents": tuple(_consents()),
        "clocks": tuple(_clocks()),
        "deletions": (_proof(),),
        "streams": tuple(StreamCheck(stage, entries) for stage, entries in zip(Stage, (9, 7, 7, 6), strict=True)),
    }
    return SessionReport(**(facts | changes))


def _segment(number: int, start: float, speaker: str, text: str) -> Segment:
    doubt = (Word("fifteen", 44.0, 44.6, 0.41, doubt="heard_unclearly", candidates=("fifty",)),) if number == 5 else ()
    end = start + 0.35 * len(text.split())
    return Segment(f"g{number}", start, end, text, f"SPEAKER_0{'AB'.index(speaker)}", _ROLES[speaker], 0.93, doubt)


def _run(number: int, stage: Stage) -> StageRunRow:
    started = EVENING + timedelta(hours=4, minutes=3 * number)
    return StageRunRow(
        RunId(f"run-{number}"),
        SESSION_ID,
        stage,
        1,
        StageStatus.SUCCEEDED,
        1,
        0,
        None,
        started,
        started,
        started + timedelta(seconds=(96, 2, 5, 1)[number]),
    )


def _consents() -> list[Consent]:
    agreed = (Purpose.RECORD, Purpose.STORE_AUDIO, Purpose.TRANSCRIBE, Purpose.AI_DRAFT, Purpose.GROUND_VERIFY)
    given = [
        Consent(
            PersonRef(person), purpose, ConsentDecision.PERMIT, EVENING - timedelta(days=40), form_version="3", rev=1
        )
        for person in ("p-1", "p-2")
        for purpose in agreed
    ]
    refused = Consent(PersonRef("p-1"), Purpose.RESEARCH, ConsentDecision.DENY, EVENING - timedelta(days=40), rev=2)
    return [*given, refused]


def _clocks() -> list[RetentionClock]:
    return [
        RetentionClock(ArtifactKind.RECORDING, EVENING, "the working copy replaces it"),
        RetentionClock(ArtifactKind.WORKING_COPY, EVENING + timedelta(days=30), "7 days after signature, 30 at most"),
        RetentionClock(ArtifactKind.TRANSCRIPT, EVENING + timedelta(days=90), "30 days after signature, 90 at most"),
        RetentionClock(ArtifactKind.DRAFT, None, "with the transcript"),
    ]


def _proof() -> DeletionProof:
    deleted_at = EVENING + timedelta(hours=4, minutes=9, seconds=1)
    return DeletionProof(
        "cert-1f2e3d4c",
        deleted_at,
        (KindDeletion(ArtifactKind.RECORDING, 1, 1, 0),),
        "ed25519-7a10",
        signature_holds=True,
    )
