"""JSON that recognizers write: whisperX's and our own, OpenAI's ``verbose_json`` and ``diarized_json``."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from pipeline.adapters.speech.openai_reply import TimedWords, timed_words_in
from pipeline.adapters.speech.whisper_guards import Heard
from pipeline.domain.documents.fields import as_fields
from pipeline.domain.documents.transcript import transcript_from_json, with_segment_ids
from pipeline.domain.languages import language_code
from pipeline.domain.transcript import Segment, Transcript
from pipeline.errors import TranscriptInvalidError
from pipeline.stages.transcribe.assembly import assemble
from pipeline.stages.transcribe.timing import timed_words

_EXPORT_WITH_TIMES = "use an export with segments and times: whisperX's JSON, OpenAI's verbose_json, HealthScribe's"


def read_recognized(document: object) -> Transcript:
    """Return the transcript, a segment for each voice; raise ``TranscriptInvalidError``."""
    if not isinstance(document, dict):
        return transcript_from_json(document)
    beside = _words_beside(document)
    if document.get("segments") is None:
        if not beside.words:
            raise TranscriptInvalidError(where="segments", problem=_EXPORT_WITH_TIMES)
        transcript = _of_words(document, beside)
    else:
        transcript = transcript_from_json(document)
    segments = (part for segment in transcript.segments for part in _by_voice(_with_words(segment, beside)))
    return replace(transcript, segments=with_segment_ids(segments), language=language_code(transcript.language))


def _words_beside(document: Mapping[str, object]) -> TimedWords:
    """Return the words that stand beside the segments, as OpenAI writes them."""
    fields = as_fields(document, "", TranscriptInvalidError)
    return TimedWords(tuple(timed_words_in(fields)))


def _of_words(document: Mapping[str, object], words: TimedWords) -> Transcript:
    """Return the transcript of an answer that has words with times, and no segments."""
    first, last = words.words[0], words.words[-1]
    text = document.get("text")
    said = text if isinstance(text, str) and text.strip() else " ".join(word.word for word in words.words)
    whole = {**document, "segments": [{"start": first.start, "end": last.end, "text": said}]}
    transcript = transcript_from_json(whole)
    spoken = timed_words([_with_words(segment, words) for segment in transcript.segments])
    return replace(transcript, segments=assemble(spoken, [None] * len(spoken), language_code(transcript.language)))


def _with_words(segment: Segment, beside: TimedWords) -> Segment:
    if segment.words or not beside.words:
        return segment
    return replace(segment, words=beside.within(Heard(segment.start, segment.end, segment.text)))


def _by_voice(segment: Segment) -> Iterator[Segment]:
    """Yield the segment in parts of one voice each, where its words say that voices change in it."""
    voices = [segment.words[0].speaker or segment.speaker] if segment.words else []
    for word in segment.words[1:]:
        voices.append(word.speaker or voices[-1])
    said = " ".join(word.word.strip() for word in segment.words)
    if len(set(voices)) <= 1 or said.split() != segment.text.split():
        yield segment
        return
    for voice, part in groupby(zip(voices, segment.words, strict=True), key=lambda each: each[0]):
        words = tuple(word for _, word in part)
        starts = [word.start for word in words if word.start is not None]
        ends = [word.end for word in words if word.end is not None]
        yield replace(
            segment,
            segment_id="",
            start=min(starts, default=segment.start),
            end=max([*ends, *starts], default=segment.end),
            text=" ".join(word.word.strip() for word in words),
            speaker=voice,
            words=words,
        )
