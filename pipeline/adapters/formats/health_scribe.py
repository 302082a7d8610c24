"""The transcript file of AWS HealthScribe (its developer guide, "Transcript file"); times are seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.domain.documents.fields import Fields, as_fields
from pipeline.domain.documents.transcript import with_segment_ids
from pipeline.domain.transcript import Engine, Role, Segment, Transcript, Word
from pipeline.errors import TranscriptInvalidError


@dataclass(frozen=True, slots=True)
class _Item:
    """A word, or a punctuation mark, which has no times."""

    text: str = field(repr=False)
    start: float | None
    end: float | None
    score: float | None
    #: Whose it is, where that is written.
    label: str | None = None


def is_health_scribe(document: object) -> bool:
    """Say whether JSON's own types look like HealthScribe's transcript file."""
    return isinstance(document, dict) and isinstance(document.get("Conversation"), dict)


def read_health_scribe(document: object) -> Transcript:
    """Return the transcript, roles as HealthScribe told them; raise ``TranscriptInvalidError``."""
    conversation = as_fields(document, "", TranscriptInvalidError).object("Conversation")
    if conversation is None:
        raise TranscriptInvalidError(where="Conversation")
    words = [_item(fields) for fields in conversation.objects("TranscriptItems")]
    segments = [_segment(fields, words) for fields in conversation.objects("TranscriptSegments")]
    return Transcript(
        segments=with_segment_ids(sorted(segments, key=lambda segment: segment.start)),
        language=(conversation.text("LanguageCode") or "en").split("-")[0].lower(),
        engine=Engine("aws_healthscribe", ""),
    )


def _segment(fields: Fields, items: Sequence[_Item]) -> Segment:
    start, end = fields.number("BeginAudioTime"), fields.number("EndAudioTime")
    if start is None or start < 0:
        raise fields.refuse("BeginAudioTime")
    if end is None or end < start:
        raise fields.refuse("EndAudioTime")
    label = _label(fields)
    return Segment(
        segment_id="",
        start=start,
        end=end,
        text=fields.text("Content") or "",
        speaker=label,
        role=_role(label),
        role_confidence=None,
        words=_words(items, start, end, label),
    )


def _label(fields: Fields) -> str | None:
    person = fields.object("ParticipantDetails")
    return None if person is None else person.text("ParticipantRole")


def _role(label: str | None) -> Role | None:
    kinds = {"CLINICIAN": Role.CLINICIAN, "PATIENT": Role.CLIENT}
    return kinds.get((label or "").split("_")[0].upper())


def _item(fields: Fields) -> _Item:
    best = next(fields.objects("Alternatives"), None)
    return _Item(
        text=(best.text("Content") if best else None) or "",
        start=fields.number("BeginAudioTime"),
        end=fields.number("EndAudioTime"),
        score=best.share("Confidence") if best else None,
        label=_label(fields),
    )


def _words(items: Sequence[_Item], start: float, end: float, speaker: str | None) -> tuple[Word, ...]:
    """Return the words spoken within a segment, punctuation joined to the word before it."""
    words: list[Word] = []
    inside = False
    for item in items:
        if item.start is None or item.end is None:
            if inside and words:
                words[-1] = Word(words[-1].word + item.text, words[-1].start, words[-1].end, words[-1].score, speaker)
            continue
        # Where two speak at once, a moment lies in the segments of both.
        inside = start <= (item.start + item.end) / 2 <= end and item.label in {None, speaker}
        if inside:
            words.append(Word(item.text, item.start, item.end, item.score, speaker))
    return tuple(words)
