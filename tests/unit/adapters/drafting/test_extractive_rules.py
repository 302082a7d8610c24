"""The extractive drafter's rules, one conversation each."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.domain.note import NoteFormat, SentenceKind
from pipeline.domain.transcript import HEARD_UNCLEARLY, Role, Transcript, Word
from pipeline.errors import TranscriptEmptyError
from tests.unit.adapters.drafting.talk import CLIENT, CLINICIAN, a_note, a_talk, an_exchange, texts


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("I walked two times.", "Client reported that they walked two times."),
        ("I'm worried about my job.", "Client reported that they are worried about their job."),
        ("I was, um, really tired on Monday.", 'Client said: "I was, um, really tired on Monday."'),
        ("I was really tired on Monday.", "Client reported that they were really tired on Monday."),
        ("And I I don't eat any more, you know.", "Client reported that they don't eat any more."),
        ("My mother made me go with her.", "Client reported that their mother made them go with her."),
        ("I think I might lose the job.", "Client reported that they think they might lose the job."),
        ("They don't care about me at all.", 'Client said: "They don\'t care about me at all."'),
        ("We fought about money again.", 'Client said: "We fought about money again."'),
        ("I went home and was sad all day.", 'Client said: "I went home and was sad all day."'),
        ("My boss said, you are fired.", 'Client said: "My boss said, you are fired."'),
        ("A little better, I am eating again.", 'Client said: "A little better, I am eating again."'),
        ("Long days, bad nights, no money.", 'Client said: "Long days, bad nights, no money."'),
    ],
)
def test_first_person_becomes_third_only_where_it_is_safe(said: str, sentence: str) -> None:
    """Hedges, negations and figures stay; what could be misread is quoted."""
    assert sentence in texts(a_note(an_exchange("Tell me about this week.", said)))


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ("So for homework, please walk on Monday.", "For homework, clinician asked client to walk on Monday."),
        ("I'd like you to write your thoughts down.", "Clinician asked client to write their thoughts down."),
        ("For the sleep, I want you to get up if you are awake.",
         "For the sleep, clinician asked client to get up if they are awake."),
        ("I will call Doctor Harris tomorrow.", "Clinician will call Doctor Harris tomorrow."),
        ("If you feel worse, I'd like you to call me.",
         'Clinician said: "If you feel worse, I\'d like you to call me."'),
    ],
)  # fmt: skip
def test_requests_become_tasks(request_: str, sentence: str) -> None:
    """What the clinician asks for reads as a task; a condition is never moved, only quoted."""
    talk = a_talk(
        ("A", CLINICIAN, "How was it?"), ("B", CLIENT, "It was fine."), ("A", CLINICIAN, "And work?"),
        ("B", CLIENT, "I worked a lot."), ("A", CLINICIAN, request_), ("B", CLIENT, "Okay."),
    )  # fmt: skip

    assert sentence in texts(a_note(talk))


def test_answer_means_nothing_without_its_question() -> None:
    """A bare "no" is reported with what was asked, and both segments are cited."""
    note = a_note(an_exchange("Okay. Have you thought about suicide?", "No."))
    sentence = next(s for s in note.sentences() if "suicide" in s.text)

    assert sentence.text == 'Asked "Have you thought about suicide?", client answered: "No."'
    assert sentence.segment_ids == ("s0000", "s0001")


def test_two_questions_share_their_answer() -> None:
    """Where two questions about risk were asked at once, the answer stands after both."""
    note = a_note(an_exchange("Any thoughts of suicide? Any urges to hurt yourself?", "No."))

    assert 'Asked "Any thoughts of suicide? Any urges to hurt yourself?", client answered: "No."' in texts(note)


def test_unanswered_question_about_risk_is_told() -> None:
    """A question about risk that no answer follows is reported as such."""
    note = a_note(a_talk(("A", CLINICIAN, "Have you thought about suicide?"), ("B", CLIENT, "Can we stop here?")))

    assert 'Asked "Have you thought about suicide?"; no answer was found in the transcript.' in texts(note)


def test_silence_is_not_a_negative_finding() -> None:
    """Topics nobody raised are said not to have been assessed, and cite nothing."""
    note = a_note(an_exchange("How was the garden?", "The roses are blooming and I planted tomatoes."))
    silent = [s for s in note.sentences() if "not discussed" in s.text]

    assert [re.split(r" (?:was|were) ", s.text)[0] for s in silent] == [
        "Suicidal thoughts, self-harm and thoughts of harming others",
        "Alcohol or drug use and medication",
    ]
    assert {(s.kind, s.segment_ids) for s in silent} == {(SentenceKind.NOT_ASSESSED, ())}


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ("Sometimes I just want to go to sleep and not wake up.", "Suicidal thoughts"),
        ("I drank a bottle of wine on Friday.", "Alcohol"),
        ("Doctor Lee raised my Zoloft.", "medication"),
    ],
)
def test_what_was_raised_is_not_called_undiscussed(said: str, topic: str) -> None:
    """A topic that one side alone raised counts as discussed, in whatever words."""
    note = a_note(an_exchange("Tell me more.", said))

    assert [text for text in texts(note) if "not discussed" in text and topic in text] == []


def test_two_clients_are_told_apart() -> None:
    """In a couple's session each statement names whose it is, and "they" is never written for one of them."""
    note = a_note(
        a_talk(
            ("A", CLINICIAN, "How has it been?"),
            ("B", CLIENT, "I was angry all week."),
            ("C", CLIENT, "I slept on the couch for three nights."),
        )
    )

    assert 'Asked "How has it been?", client A answered: "I was angry all week."' in texts(note) or (
        'Client A said: "I was angry all week."' in texts(note)
    )
    assert [
        text for text in texts(note) if "I slept on the couch for three nights." in text and "lient B" in text
    ] != []


def test_unknown_roles_are_not_guessed() -> None:
    """Without roles the note names speakers and nobody's profession."""
    note = a_note(a_talk(("X", None, "Have you slept?"), ("Y", None, "No, I was awake until four.")))

    assert 'Speaker A asked "Have you slept?", speaker B answered: "No, I was awake until four."' in texts(note)
    assert [text for text in texts(note) if re.search(r"\bclient\b", text)] == []


def test_dictation_is_kept_as_it_was_said() -> None:
    """A clinician's summary is sorted under the note's headings, sentence by sentence, only fillers left out."""
    words = (
        "Subjective. Client reports, um, sleeping four hours a night. She worries about her job. "
        "Assessment. Symptoms are consistent with an adjustment disorder. Plan. Client will keep a sleep diary."
    )
    note = a_note(a_talk(("A", CLINICIAN, words)))
    by_section = {part.key: [s.text for s in part.sentences if s.segment_ids] for part in note.sections}

    assert by_section == {
        "subjective": ["Client reports, sleeping four hours a night.", "She worries about her job."],
        "objective": [],
        "assessment": ["Symptoms are consistent with an adjustment disorder."],
        "plan": ["Client will keep a sleep diary."],
    }


def test_nodding_interrupts_nobody() -> None:
    """A listener's "mm-hmm" neither cuts a statement in two nor is reported."""
    note = a_note(
        a_talk(
            ("B", CLIENT, "My father died in March."),
            ("A", CLINICIAN, "Mm-hmm."),
            ("B", CLIENT, "I miss him every day."),
        )
    )

    assert "Client reported that their father died in March; they miss him every day." in texts(note)


def test_nothing_said_is_refused() -> None:
    """A transcript of marks and blanks is no ground for a note."""
    with pytest.raises(TranscriptEmptyError):
        a_note(a_talk(("A", CLINICIAN, " ... "), ("B", CLIENT, "")))


_WORDS = st.sampled_from(
    ["I", "you", "slept", "Do you sleep?", "No.", "um,", "suicide", "my", "wine", "please walk", "Thursday at four.",
     "?", "and", "what", "homework", '"', "lithium", "evidence", "feel", "client", "Plan."]
)  # fmt: skip
_LINES = st.tuples(
    st.sampled_from("ABC"), st.sampled_from([None, *Role]), st.lists(_WORDS, min_size=1, max_size=12).map(" ".join)
)


@given(st.lists(_LINES, min_size=1, max_size=12), st.sampled_from(NoteFormat))
@settings(max_examples=60, deadline=None)
def test_any_talk_makes_a_faithful_note(lines: list[tuple[str, Role | None, str]], note_format: NoteFormat) -> None:
    """Whatever was heard, every citation exists and ids are unique; nothing but an empty transcript is refused."""
    talk: Transcript = a_talk(*lines)
    try:
        note = a_note(talk, note_format)
    except TranscriptEmptyError:
        assert not re.search(r"\w", " ".join(words for _, _, words in lines))
        return
    known = {segment.segment_id for segment in talk.segments}
    ids = [sentence.sentence_id for sentence in note.sentences()]

    assert len(ids) == len(set(ids))
    assert [s for s in note.sentences() if not set(s.segment_ids) <= known] == []
    assert [s for s in note.sentences() if s.kind is SentenceKind.REPORTED and not s.segment_ids] == []


def test_a_passage_heard_unclearly_is_not_quoted() -> None:
    """What may be made up of another language stands in no sentence of the note; a word in doubt does."""
    talk = a_talk(
        ("A", CLINICIAN, "Tell me about this week."),
        ("B", CLIENT, "The most important thing is that I have a good relationship with the people."),
        ("A", CLINICIAN, "And how did you sleep?"),
        ("B", CLIENT, "I walked two times on Monday."),
    )
    clear, made_up, asked, slip = talk.segments
    made_up = replace(made_up, words=tuple(Word(word, doubt=HEARD_UNCLEARLY) for word in made_up.text.split()))
    slip = replace(slip, words=tuple(Word(w, doubt=HEARD_UNCLEARLY if w == "two" else None) for w in slip.text.split()))

    note = " ".join(texts(a_note(replace(talk, segments=(clear, made_up, asked, slip)))))

    assert "relationship" not in note
    assert "two times" in note
