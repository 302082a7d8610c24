"""Claims, from CLAIMS.jsonl and from a note."""

import pytest

from pipeline.domain.documents.claims import claims_from_jsonl, claims_of
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence, SentenceKind
from pipeline.domain.transcript import Engine
from pipeline.errors import ClaimsInvalidError


def test_a_line_is_a_claim() -> None:
    """Ids may be numbers, blank lines are passed over, and context is kept."""
    claims = claims_from_jsonl('{"id": 7, "text": "Sad.", "context": "Mood low."}\n\n{"id": "b", "text": ""}\n')

    assert [claim.claim_id for claim in claims] == ["7", "b"]
    assert claims[0].context == "Mood low."


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"id": "a", "text": "x"}\n{"id": "b"\n', "line 2"),
        ('{"id": "a", "text": "x"}\n\n{"id": "b", "text": 3}\n', "line 3: text"),
        ('{"text": "x"}\n', "line 1: id"),
        ('{"id": true, "text": "x"}\n', "line 1: id"),
        ('{"id": "a", "text": "x", "context": []}\n', "line 1: context"),
        ('{"id": "a", "text": "x"}\n{"id": "a", "text": "y"}\n', "line 2: id"),
        ('["a"]\n', "line 1"),
        ('{"id": "a", "text": "half a \\ud800"}\n', "line 1: text"),
        ('{"id": "\\ud800", "text": "x"}\n', "line 1: id"),
        ("[" * 100_000, "line 1"),
    ],
)
def test_a_malformed_line_is_named(text: str, where: str) -> None:
    """The error says which line and field, and quotes nothing of it."""
    with pytest.raises(ClaimsInvalidError) as caught:
        claims_from_jsonl(text)

    assert caught.value.facts == {"where": where}


def test_a_note_gives_a_claim_for_each_sentence() -> None:
    """A claim carries its kind, section and segments, and the sentence before it as context."""
    note = Note(
        NoteFormat.DAP,
        (
            NoteSection(
                "data",
                "Data",
                (
                    NoteSentence("s1", "Client slept badly.", segment_ids=("u3",)),
                    NoteSentence("s2", "She will call on Monday.", SentenceKind.PLAN),
                ),
            ),
        ),
        Engine("extractive", "1"),
    )

    first, second = claims_of(note)

    assert (first.claim_id, first.section, first.context, first.segment_ids) == ("s1", "Data", "", ("u3",))
    assert (second.kind, second.context) == ("plan", "Client slept badly.")
