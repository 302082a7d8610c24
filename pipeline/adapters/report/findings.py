"""The part of a report about content: sentences with verdicts and quotes, what was said and matters, the transcript."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pipeline.adapters.report import wording
from pipeline.adapters.report.moments import place
from pipeline.domain.evidence import (
    CheckResult,
    ClaimVerdict,
    EvidenceSpan,
    Finding,
    SafetyMention,
    Verdict,
    Verification,
)
from pipeline.domain.note import Note, NoteSentence
from pipeline.domain.transcript import Segment, Transcript

#: What a clinician looks at first, worst first.
_ATTENTION = (Verdict.CONTRADICTED, Verdict.UNSUPPORTED, Verdict.PARTIAL, Verdict.NOT_CHECKED)
#: Quotes of a safety matter that are shown in full.
_SHOWN = 3
#: Reasons for which a sentence that was not checked needs no second look.
_SETTLED = {"confirmed_by_records": "On record", "nothing_found_to_contradict": "Nothing speaks against it"}


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a segment stands in the page, and whose it is, in words."""

    anchor: str
    role: str


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of the transcript, where they are heard, and whose they are."""

    text: str = field(repr=False)
    at: str
    role: str
    #: Anchor of the segment within the page; empty where the transcript does not have it.
    anchor: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a sentence is in doubt, in plain words, with the words it is about and what speaks against them."""

    sentence: str
    about: str = field(default="", repr=False)
    counter: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """A sentence of the note as a reader meets it."""

    number: int
    text: str = field(repr=False)
    verdict: Verdict
    quotes: tuple[Quote, ...]
    reasons: tuple[Reason, ...]
    #: What was looked at without finding fault.
    passed: tuple[str, ...]
    #: What it rests on instead of speech, in words; empty where it rests on speech.
    settled: str = ""

    @property
    def word(self) -> str:
        """Return the verdict in words, or what stands in its place where speech was not asked."""
        return self.settled or wording.VERDICTS[self.verdict]

    @property
    def symbol(self) -> str:
        """Return the verdict as one character."""
        return wording.SYMBOLS[self.verdict]

    @property
    def label(self) -> str:
        """Return what its quotes are: evidence only where they bear the sentence out."""
        bears_out = self.verdict in {Verdict.SUPPORTED, Verdict.PARTIAL}
        return "Evidence" if bears_out else "Nearest words"


@dataclass(frozen=True, slots=True)
class CheckedSection:
    """A headed part of the note."""

    title: str
    sentences: tuple[CheckedSentence, ...]


@dataclass(frozen=True, slots=True)
class SafetyPoint:
    """Something said that matters, and whether the note has it."""

    topic: str
    how: str
    in_note: bool
    critical: bool
    indirect: bool
    quotes: tuple[Quote, ...]
    #: Further places where it came up.
    more: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A segment of the transcript, and the sentences that rest on it."""

    anchor: str
    at: str
    role: str
    #: Starts a turn of another voice than the passage before.
    turn: bool
    text: str = field(repr=False)
    doubts: tuple[str, ...] = field(repr=False)
    cited_by: tuple[int, ...]


def anchors(transcript: Transcript | None) -> Mapping[str, Stand]:
    """Return where each segment stands: by its place in order, for ids of an import may hold anything."""
    segments = transcript.segments if transcript else ()
    return {s.segment_id: Stand(f"t{number}", wording.role_of(s)) for number, s in enumerate(segments, 1)}


def checked_sections(
    note: Note | None, verification: Verification | None, anchor: Mapping[str, Stand]
) -> tuple[CheckedSection, ...]:
    """Return the note with the verdict on every sentence; one without a verdict was not checked."""
    if note is None:
        return ()
    verdicts = {verdict.claim_id: verdict for verdict in verification.verdicts} if verification else {}
    numbers = {sentence.sentence_id: number for number, sentence in enumerate(note.sentences(), 1)}
    return tuple(
        CheckedSection(
            section.title,
            tuple(_checked(numbers[s.sentence_id], s, verdicts.get(s.sentence_id), anchor) for s in section.sentences),
        )
        for section in note.sections
    )


def to_look_at(sections: Iterable[CheckedSection]) -> tuple[CheckedSentence, ...]:
    """Return the sentences that are not supported as they stand, worst first, then in order of the note."""
    doubtful = (s for section in sections for s in section.sentences if s.verdict in _ATTENTION and not s.settled)
    return tuple(sorted(doubtful, key=lambda s: (_ATTENTION.index(s.verdict), s.number)))


def settled(sections: Iterable[CheckedSection]) -> int:
    """Return how many sentences were not checked against speech and need no second look."""
    return sum(bool(s.settled) for section in sections for s in section.sentences)


def tally(sections: Iterable[CheckedSection]) -> tuple[tuple[Verdict, int], ...]:
    """Return how many sentences have each verdict, in the order of the verdicts."""
    counts = Counter(sentence.verdict for section in sections for sentence in section.sentences)
    return tuple((verdict, counts[verdict]) for verdict in Verdict)


def quote_of(span: EvidenceSpan, anchor: Mapping[str, Stand]) -> Quote:
    """Return a span as a reader meets it."""
    stand = anchor.get(span.segment_id, Stand("", wording.ROLES[span.role]))
    return Quote(span.quote, place(span.start), stand.role, stand.anchor)


def safety_points(verification: Verification | None, anchor: Mapping[str, Stand]) -> tuple[SafetyPoint, ...]:
    """Return what was said and matters: what the note lacks first, critical before other."""
    mentions = verification.mentions if verification else ()
    return tuple(_point(mention, anchor) for mention in sorted(mentions, key=_urgency))


def passages(
    transcript: Transcript | None, sections: Iterable[CheckedSection], anchor: Mapping[str, Stand]
) -> tuple[Passage, ...]:
    """Return the transcript, each segment with the sentences that quote it."""
    segments = transcript.segments if transcript else ()
    before = (None, *(segment.speaker for segment in segments))
    citing = _citing(sections)
    return tuple(
        _passage(segment, anchor[segment.segment_id], citing, turn=number == 0 or segment.speaker != before[number])
        for number, segment in enumerate(segments)
    )


def _settled_as(verdict: ClaimVerdict) -> str:
    if verdict.verdict is not Verdict.NOT_CHECKED:
        return ""
    return next((_SETTLED[reason] for reason in verdict.reasons if reason in _SETTLED), "")


def _checked(
    number: int, sentence: NoteSentence, verdict: ClaimVerdict | None, anchor: Mapping[str, Stand]
) -> CheckedSentence:
    if verdict is None:
        return CheckedSentence(number, sentence.text, Verdict.NOT_CHECKED, (), (), ())
    found = {finding.reason_code for finding in verdict.findings}
    settled_as = _settled_as(verdict)
    return CheckedSentence(
        number=number,
        text=sentence.text,
        verdict=verdict.verdict,
        quotes=() if settled_as else _quotes(verdict.evidence, anchor),
        reasons=(
            *(_reason(finding, anchor) for finding in verdict.findings),
            *(Reason(wording.reason(code)) for code in verdict.reasons if code not in found),
        ),
        passed=_passed(verdict),
        settled=settled_as,
    )


def _passed(verdict: ClaimVerdict) -> tuple[str, ...]:
    names = (wording.check(name) for name, result in verdict.checks if result is CheckResult.PASS)
    return tuple(dict.fromkeys(names))


def _reason(finding: Finding, anchor: Mapping[str, Stand]) -> Reason:
    return Reason(wording.reason(finding.reason_code), finding.claim_span, _quotes(finding.counter_evidence, anchor))


def _quotes(spans: Iterable[EvidenceSpan], anchor: Mapping[str, Stand]) -> tuple[Quote, ...]:
    return tuple(quote_of(span, anchor) for span in _told_once(spans))


def _told_once(spans: Iterable[EvidenceSpan]) -> Iterator[EvidenceSpan]:
    """Leave out a quote whose words hold, or are held by, those of one already given from the same segment."""
    given: list[EvidenceSpan] = []
    for span in spans:
        same = (earlier.quote for earlier in given if earlier.segment_id == span.segment_id)
        if not any(span.quote in earlier or earlier in span.quote for earlier in same):
            given.append(span)
            yield span


def _point(mention: SafetyMention, anchor: Mapping[str, Stand]) -> SafetyPoint:
    quotes = _quotes(mention.evidence, anchor)
    return SafetyPoint(
        topic=wording.topic(mention.topic),
        how=wording.MENTIONS[mention.status],
        in_note=mention.in_note,
        critical=mention.critical,
        indirect=mention.indirect,
        quotes=quotes[:_SHOWN],
        more=quotes[_SHOWN:],
    )


def _urgency(mention: SafetyMention) -> tuple[bool, bool, float]:
    return mention.in_note, not mention.critical, min((span.start for span in mention.evidence), default=0.0)


def _citing(sections: Iterable[CheckedSection]) -> Mapping[str, tuple[int, ...]]:
    citing: dict[str, list[int]] = {}
    for section in sections:
        for sentence in section.sentences:
            for anchor in dict.fromkeys(quote.anchor for quote in sentence.quotes if quote.anchor):
                citing.setdefault(anchor, []).append(sentence.number)
    return {anchor: tuple(numbers) for anchor, numbers in citing.items()}


def _passage(segment: Segment, stand: Stand, citing: Mapping[str, tuple[int, ...]], *, turn: bool) -> Passage:
    return Passage(
        anchor=stand.anchor,
        at=place(segment.start),
        role=stand.role,
        turn=turn,
        text=segment.text,
        doubts=_doubts(segment),
        cited_by=citing.get(stand.anchor, ()),
    )


def _doubts(segment: Segment) -> tuple[str, ...]:
    doubtful = (word for word in segment.words if word.doubt)
    return tuple(" or ".join(dict.fromkeys((word.word, *word.candidates))) for word in doubtful)
