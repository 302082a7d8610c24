"""Speech to text over an OpenAI-compatible ``/audio/transcriptions``: a server of one's own, or a vendor with a BAA."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import httpx

from pipeline.adapters.speech.openai_reply import read_reply
from pipeline.adapters.speech.openai_sound import Stretch, stretches, wav
from pipeline.adapters.speech.whisper_guards import believable, within_prompt
from pipeline.adapters.vendors import LONGEST_PAUSE, TRY_AGAIN, bearer, require_allowed, retry_after
from pipeline.domain.transcript import Engine, Segment, Transcript
from pipeline.errors import (
    EndpointReplyInvalidError,
    EndpointUnavailableError,
    EngineUnavailableError,
    NoSpeechError,
    SpeechNotUnderstoodError,
)
from pipeline.ports import Samples, Turns


@dataclass(frozen=True, slots=True)
class OpenAIOptions:
    """Where the engine is and how it is asked."""

    #: Up to and with the version, as in ``http://127.0.0.1:8000/v1``.
    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    #: ISO 639-1, or empty: left to the engine.
    language: str = "en"
    #: Seconds for one stretch of sound, from asking to the last byte of the answer.
    timeout: float = 600.0
    tries: int = 3
    #: Ten minutes of words with times are far smaller; what is larger is no transcript.
    most_bytes: int = 32 << 20


@dataclass(frozen=True, slots=True)
class StretchHeard:
    """What was heard of one stretch, whether text was taken out as invented, and the language."""

    segments: tuple[Segment, ...] = field(repr=False)
    invented: bool
    language: str


class OpenAITranscriber:
    """Sends sound to one engine; nothing to a host that is not allowed, follows no redirect, uses no proxy."""

    def __init__(
        self,
        options: OpenAIOptions,
        is_allowed: Callable[[str], bool],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """``is_allowed`` says of a host whether session content may be sent to it."""
        self._options = options
        self._is_allowed = is_allowed
        self._pause = pause

    def transcribe(self, samples: Samples, turns: Turns, names: Sequence[str] = ()) -> Transcript:
        """Return what was said, the recording sent in stretches that are cut between turns.

        ``names`` go along as the prompt, which Whisper takes for what was said before.
        Raises ``EndpointNotAllowedError``, ``EndpointUnavailableError`` after the last try, ``EngineUnavailableError``
        where the server refuses the request itself, ``EndpointReplyInvalidError``, ``NoSpeechError``, and
        ``SpeechNotUnderstoodError`` where every stretch is in another language than was asked for.
        """
        require_allowed(self._options.base_url, self._is_allowed)
        prompt = within_prompt(names)
        with httpx.Client(
            timeout=self._options.timeout, trust_env=False, headers=bearer(self._options.api_key)
        ) as client:
            heard = [self._heard(client, stretch, prompt) for stretch in stretches(samples, turns())]
        segments = tuple(segment for each in heard for segment in each.segments)
        if not segments:
            raise NoSpeechError
        # What a server makes of a stretch without words says nothing of its language.
        spoken = [each.language for each in heard if each.segments]
        others = [language not in {"und", self._options.language or language} for language in spoken]
        if all(others):
            raise SpeechNotUnderstoodError
        flags = {
            "invented_text_removed": any(each.invented for each in heard),
            "other_language": any(others),
            "alignment_missing": not all(segment.words for segment in segments),
        }
        return Transcript(
            segments,
            self._options.language or heard[0].language,
            Engine("openai", "", self._options.model, (("language", self._options.language),)),
            flags=tuple(flag for flag, raised in flags.items() if raised),
        )

    def _heard(self, client: httpx.Client, stretch: Stretch, prompt: tuple[str, ...]) -> StretchHeard:
        reply = read_reply(self._answer(client, stretch, prompt), stretch.start, stretch.seconds)
        kept, touched = believable(reply.pieces, prompt)
        segments = [Segment("", each.start, each.end, each.text, words=reply.words.within(each)) for each in kept]
        return StretchHeard(tuple(segments), touched > 0, reply.language)

    def _answer(self, client: httpx.Client, stretch: Stretch, prompt: tuple[str, ...]) -> bytes:
        """Return the first good answer within the tries."""
        status: int | None = None
        wait = 0.0
        for number in range(self._options.tries):
            if number:
                self._pause(max(min(2.0 ** (number - 1), LONGEST_PAUSE), wait))
            wait = 0.0
            try:
                answer = self._ask(client, stretch, prompt)
            except httpx.TransportError:
                continue
            if answer.status == HTTPStatus.OK:
                return answer.body
            status, wait = answer.status, answer.wait
            if status not in TRY_AGAIN:
                raise EngineUnavailableError(engine="openai", status=status)
        raise EndpointUnavailableError(status=status)

    def _ask(self, client: httpx.Client, stretch: Stretch, prompt: tuple[str, ...]) -> "_Answer":
        fields: dict[str, str | list[str]] = {
            "model": self._options.model,
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["word", "segment"],
            "temperature": "0",
        }
        if self._options.language:
            fields["language"] = self._options.language
        if prompt:
            fields["prompt"] = ", ".join(prompt)
        url = f"{self._options.base_url.rstrip('/')}/audio/transcriptions"
        sound = {"file": ("recording.wav", wav(stretch.samples), "audio/wav")}
        with client.stream("POST", url, data=fields, files=sound) as response:
            if response.status_code != HTTPStatus.OK:
                # What stands in a refusal is not read: it may quote what was sent.
                return _Answer(response.status_code, b"", retry_after(response))
            return _Answer(response.status_code, self._body(response), 0.0)

    def _body(self, response: httpx.Response) -> bytes:
        body, until = bytearray(), time.monotonic() + self._options.timeout
        for block in response.iter_bytes():
            body += block
            if len(body) > self._options.most_bytes:
                raise EndpointReplyInvalidError(why="too_large")
            if time.monotonic() > until:
                raise httpx.ReadTimeout("")
        return bytes(body)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes = field(repr=False)
    #: How long the server asks to be left alone (seconds).
    wait: float
