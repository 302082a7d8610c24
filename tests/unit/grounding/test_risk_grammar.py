"""The words of risk: how speech is made plain, how the patterns read, and what they raise."""

import pytest

from pipeline.adapters.grounding.grammar import Grammar
from pipeline.adapters.grounding.risk import topics, topics_raised
from pipeline.adapters.grounding.spoken import END, spoken_words

_SETS = {"DIE": "die / be dead", "SELF": "myself|himself"}


def words(text: str) -> list[str]:
    """Return the words of a text as they are spoken."""
    return [word.word for word in spoken_words(text)]


def fits(pattern: str, text: str) -> list[tuple[int, int]]:
    """Return where a pattern fits a text."""
    return [(match.first, match.last) for match in Grammar([("rule", [pattern])], _SETS).matches(text.split())]


@pytest.mark.parametrize(
    "text",
    [
        "I'm not, like... gonna kill myself.",
        "im not like gonna kill my self.",
        "I AM NOT LIKE, UH, GOING TO REALLY KILL MYSELF.",
    ],
)
def test_the_same_said_otherwise_is_the_same(text: str) -> None:
    """Case, apostrophes, hesitations and pauses do not change the words."""
    assert words(text) == ["i", "am", "not", "like", "going", "to", "kill", "myself", END]


def test_each_word_knows_the_characters_it_was_written_with() -> None:
    """A word points at its place in the text, also after a letter whose lower case is longer."""
    text = "\u0130 said: I don\u2019t WANT to."

    found = [text[word.start : word.end] for word in spoken_words(text)]

    assert found == ["\u0130", "said", ":", "I", "don\u2019t", "don\u2019t", "WANT", "to", "."]


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("want to? <DIE>", "i want die", [(1, 3)]),
        ("want to? <DIE>", "i want to be dead", [(1, 5)]),
        ("kill ..2 <SELF>", "kill the poor myself", [(0, 4)]),
        ("kill ..2 <SELF>", "kill . himself", []),
        ("suicid* !squad", "suicidal squad", []),
        ("end it $", "end it now", []),
        ("end it $", "end it", [(0, 2)]),
        ("a_b|c", "a b", [(0, 2)]),
    ],
)
def test_patterns_read_as_described(pattern: str, text: str, expected: list[tuple[int, int]]) -> None:
    """Each sign of the little language does what its description says."""
    assert fits(pattern, text) == expected


@pytest.mark.parametrize(
    ("topic", "text"),
    [
        ("suicide", "Sometimes I wish I would just not wake up."),
        ("suicide", "My cousin killed herself in March."),
        ("suicide", "i dont want to live anymore"),
        ("suicide", "Everyone would be better off without me."),
        ("self_harm", "I scratched my arms until they bled."),
        ("violence", "I'm worried I might hurt somebody."),
        ("abuse", "He said he would kill me if I ever left."),
        ("abuse", "My son takes my pension and yells at me."),
        ("substance_use", "I've been clean for six months."),
        ("psychosis", "The radio is talking about me."),
        ("means", "My dad keeps a pistol in the nightstand."),
        ("medication", "I haven't taken my lithium since the weekend."),
        ("homework", "Try doing the thought record three times this week."),
        ("next_contact", "I'll see you Monday at two."),
        ("goals", "One of the goals we set was leaving the house."),
    ],
)
def test_what_matters_is_raised(topic: str, text: str) -> None:
    """Each topic is raised by its own words, denied or not, of whomever they are said."""
    assert topic in topics_raised(text)


@pytest.mark.parametrize(
    "text",
    [
        "This traffic is killing me.",
        "I'm dying to see that movie.",
        "Kill the lights, would you?",
        "Shoot me an email when you know.",
        "I cut myself shaving this morning.",
        "My mom is going to kill me if I fail math.",
        "I drink a lot of water now.",
        "My blood pressure is high.",
    ],
)
def test_idioms_raise_nothing_grave(text: str) -> None:
    """What only sounds grave raises no critical topic."""
    grave = {topic.name for topic in topics() if topic.critical}

    assert not topics_raised(text) & grave


@pytest.mark.parametrize(
    ("text", "raised"),
    [
        ("Have you thought about killing yourself?", {"suicide"}),
        ("Any thoughts of hurting yourself?", {"self_harm"}),
        ("Any thoughts of hurting yourself or anyone else?", {"self_harm", "violence"}),
        ("Did you have any thoughts of being dead?", {"suicide"}),
    ],
)
def test_each_danger_is_told_from_the_others(text: str, raised: set[str]) -> None:
    """Harm to oneself is not taken for harm to others, nor a thought of being dead for a thought put there."""
    assert topics_raised(text) == raised


def test_critical_topics_come_first() -> None:
    """Critical topics stand before the others in everything that lists them."""
    critical = [topic.critical for topic in topics()]

    assert critical == sorted(critical, reverse=True)
