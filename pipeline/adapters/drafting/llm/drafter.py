"""The drafter that a language model stands behind."""

from collections.abc import Callable

from pipeline.adapters.drafting.arranging import Line, sections_of
from pipeline.adapters.drafting.extractive.stating import lines_beside
from pipeline.adapters.drafting.llm.endpoint import ChatEndpoint, LlmOptions
from pipeline.adapters.drafting.llm.prompt import PROMPT_VERSION, messages_for
from pipeline.adapters.drafting.llm.reply import lines_of, schema_of
from pipeline.domain.layout import Layouts, NoteLayout
from pipeline.domain.note import Note, NoteFormat
from pipeline.domain.transcript import Engine, Transcript
from pipeline.errors import EndpointReplyInvalidError, TranscriptEmptyError
from pipeline.ports import SessionFacts


class LlmDrafter:
    """Writes a draft with a model; states facts and silences itself, as the extractive drafter does."""

    def __init__(self, layouts: Layouts, options: LlmOptions, is_allowed: Callable[[str], bool]) -> None:
        """``is_allowed`` says of a host whether session content may be sent to it."""
        self._layouts = layouts
        self._options = options
        self._endpoint = ChatEndpoint(options, is_allowed)

    def draft(self, transcript: Transcript, note_format: NoteFormat, facts: SessionFacts) -> Note:
        """Return the note; see ``Drafter``. Raises what ``ChatEndpoint.ask`` raises."""
        if not transcript.words:
            raise TranscriptEmptyError
        layout = self._layouts[note_format]
        lines = (*self._lines(layout, transcript), *lines_beside(transcript, facts))
        engine = Engine("llm", PROMPT_VERSION, self._options.model)
        return Note(note_format, tuple(sections_of(layout, lines)), engine)

    def _lines(self, layout: NoteLayout, transcript: Transcript) -> tuple[Line, ...]:
        """Ask until the answer has the form asked for, a bounded number of times."""
        messages, schema = messages_for(layout, transcript), schema_of(layout)
        fault = EndpointReplyInvalidError()
        for seed in range(self._options.tries):
            try:
                return tuple(lines_of(self._endpoint.ask(messages, schema, seed), layout, transcript))
            except EndpointReplyInvalidError as error:
                fault = error
        raise fault
