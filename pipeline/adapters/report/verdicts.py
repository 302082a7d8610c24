"""The verdicts on any note as a page of its own, sentence by sentence, with what was said and is not in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pipeline.adapters.report import wording
from pipeline.adapters.report.corrections import Corrections, corrections_of
from pipeline.adapters.report.findings import (
    CheckedSection,
    CheckedSentence,
    Passage,
    SafetyPoint,
    anchors,
    checked_sections,
    passages,
    safety_points,
    settled,
    to_look_at,
)
from pipeline.adapters.report.page import page
from pipeline.adapters.report.view import SAFETY_CAVEAT, Share, shares
from pipeline.domain.correction import Revision
from pipeline.domain.evidence import Claim, Verdict, Verification
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence
from pipeline.domain.transcript import Engine, Transcript

TITLE = "Note held against the transcript"
MEANING = "Software compared each sentence with what was said. It does not decide: it shows where to look."


@dataclass(frozen=True, slots=True)
class VerdictsView:
    """The page, section by section."""

    title: str
    meaning: str
    engine: str
    shares: tuple[Share, ...]
    sentences: int
    flags: tuple[str, ...]
    safety: tuple[SafetyPoint, ...]
    look_at: tuple[CheckedSentence, ...]
    settled: int
    sections: tuple[CheckedSection, ...] = field(repr=False)
    passages: tuple[Passage, ...] = field(repr=False)
    #: Where the note was verified before, against the transcript as it was.
    corrections: Corrections | None = None
    safety_caveat: str = SAFETY_CAVEAT
    checked: bool = True

    @property
    def missing_from_note(self) -> int:
        """Return how many safety-relevant mentions the note lacks."""
        return sum(not point.in_note for point in self.safety)

    @property
    def supported(self) -> int:
        """Return how many sentences are supported."""
        return next((share.count for share in self.shares if share.verdict is Verdict.SUPPORTED), 0)


def render_verdicts(
    claims: Sequence[Claim],
    verification: Verification,
    transcript: Transcript,
    revisions: Sequence[Revision] | None = None,
) -> str:
    """Return one self-contained page on which nothing can run; the same verdicts give the same page."""
    return page("verdicts.html", verdicts_view(claims, verification, transcript, revisions))


def verdicts_view(
    claims: Sequence[Claim],
    verification: Verification,
    transcript: Transcript,
    revisions: Sequence[Revision] | None = None,
) -> VerdictsView:
    """Return the verdicts in plain strings, for page and terminal; nothing in it is cleaned or escaped yet."""
    anchor = anchors(transcript)
    sections = checked_sections(_as_note(claims), verification, anchor)
    engine = verification.engine
    texts = {claim.claim_id: claim.text for claim in claims}
    return VerdictsView(
        title=TITLE,
        meaning=MEANING,
        engine=" ".join(part for part in (engine.name, engine.version, engine.model) if part),
        shares=shares(sections),
        sentences=len(claims),
        flags=tuple(map(wording.flag, dict.fromkeys((*verification.flags, *transcript.flags)))),
        safety=safety_points(verification, anchor),
        look_at=to_look_at(sections),
        settled=settled(sections),
        sections=sections,
        passages=passages(transcript, sections, anchor),
        corrections=None if revisions is None else corrections_of(texts, revisions, anchor),
    )


def _as_note(claims: Sequence[Claim]) -> Note:
    """Return claims under the headings they came with; one heading may come twice."""
    sections = tuple(
        NoteSection("", title or "Note", tuple(NoteSentence(claim.claim_id, claim.text) for claim in group))
        for title, group in groupby(claims, key=lambda claim: claim.section)
    )
    return Note(NoteFormat.PROGRESS, sections, Engine("", ""))
