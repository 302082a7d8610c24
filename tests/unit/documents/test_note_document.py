"""Note JSON, to and from the domain."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents.note import note_bytes, note_from_bytes, note_from_json, note_to_json
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence, NoteStatus, SentenceKind
from pipeline.domain.transcript import Engine
from pipeline.errors import NoteInvalidError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
engines = st.builds(
    Engine,
    name=st.text("abc", min_size=1, max_size=5),
    version=texts,
    model=texts,
    options=st.dictionaries(texts, texts, max_size=2).map(lambda options: tuple(options.items())),
)


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """Draw a note whose sentences have ids of their own, as every drafter writes it."""
    sections = tuple(
        NoteSection(
            key=draw(texts),
            title=draw(texts),
            sentences=tuple(
                NoteSentence(
                    sentence_id=f"n{section}-{sentence}",
                    text=draw(texts),
                    kind=draw(st.sampled_from(SentenceKind)),
                    segment_ids=tuple(draw(st.lists(texts, max_size=3))),
                )
                for sentence in range(draw(st.integers(0, 3)))
            ),
        )
        for section in range(draw(st.integers(0, 3)))
    )
    return Note(draw(st.sampled_from(NoteFormat)), sections, draw(engines), draw(st.sampled_from(NoteStatus)))


@given(notes())
def test_note_survives_the_round_trip(note: Note) -> None:
    """A note written and read again is the same note."""
    assert note_from_bytes(note_bytes(note)) == note


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | texts,
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(["sections", "sentences", "text", "title", "kind", "engine", "segment_ids", "status"]),
                inner,
            )
        ),
    )
)
def test_any_json_is_a_note_or_is_refused(document: object) -> None:
    """Reading never fails in another way than ``NoteInvalidError``."""
    try:
        note = note_from_json(document)
    except NoteInvalidError:
        return

    assert note_from_json(note_to_json(note)) == note


def test_titles_with_running_text_become_sections_of_sentences() -> None:
    """A foreign note of titles and text is cut into sentences with ids."""
    note = note_from_json({"sections": {"Data": "Client slept 4.5 hrs. Pt. denies pain.", "Plan": "Return on Friday."}})

    assert [(section.key, section.title) for section in note.sections] == [("data", "Data"), ("plan", "Plan")]
    assert [(s.sentence_id, s.text) for s in note.sentences()] == [
        ("n001", "Client slept 4.5 hrs."),
        ("n002", "Pt. denies pain."),
        ("n003", "Return on Friday."),
    ]


def test_sentences_may_be_plain_strings_or_objects() -> None:
    """A foreign section mixes strings and objects; the ids given are kept and no other takes them."""
    note = note_from_json(
        {"sections": [{"title": "Data", "sentences": ["Slept badly.", {"sentence_id": "n001", "text": "Ate well."}]}]}
    )

    assert [(s.sentence_id, s.text) for s in note.sentences()] == [("n002", "Slept badly."), ("n001", "Ate well.")]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ("secret words", "document"),
        ({}, "sections"),
        ({"sections": "secret words"}, "sections"),
        ({"sections": {"secret words": 7}}, "sections[0].text"),
        ({"sections": ["secret words"]}, "sections[0]"),
        ({"sections": [{"title": "Data", "sentences": "secret words"}]}, "sections[0].sentences"),
        ({"sections": [{"title": "Data", "sentences": [7]}]}, "sections[0].sentences[0]"),
        ({"sections": [{"title": "Data", "sentences": ["half a \ud800"]}]}, "sections[0].sentences[0]"),
        ({"sections": {"half a \ud800": "words"}}, "sections[0]"),
        ({"sections": [{"sentences": [{"kind": "reported"}]}]}, "sections[0].sentences[0].text"),
        ({"sections": [{"sentences": [{"text": "secret words", "kind": "secret words"}]}]},
         "sections[0].sentences[0].kind"),
        ({"sections": [], "note_format": "secret words"}, "note_format"),
        ({"sections": [{"sentences": [{"sentence_id": "1", "text": "a"}, {"sentence_id": "1", "text": "b"}]}]},
         "sections[].sentences[].sentence_id"),
    ],
)  # fmt: skip
def test_what_is_not_a_note_is_refused_by_place(document: object, where: str) -> None:
    """The error names the field and never repeats what stood there."""
    with pytest.raises(NoteInvalidError) as caught:
        note_from_json(document)

    assert caught.value.facts == {"where": where}
    assert "secret words" not in str(caught.value)


def test_broken_json_is_refused_by_line() -> None:
    """Bytes that are not JSON are refused with the line of the fault."""
    with pytest.raises(NoteInvalidError) as caught:
        note_from_bytes(json.dumps({"sections": {}}).encode()[:-1])

    assert caught.value.facts == {"where": "line 1"}
