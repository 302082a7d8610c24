"""Doubt is marked beside the words: names that sound misheard, numbers and negations half heard."""

import time
from random import Random

import pytest

from pipeline.domain.transcript import Segment, Word
from pipeline.stages.transcribe.doubt import mark_doubt
from pipeline.stages.transcribe.sounds import sound_of, weight_of
from pipeline.stages.transcribe.terms import Terms
from pipeline.stages.transcribe.vocabulary import medications


def segment(text: str, doubted: str = "", score: float | None = 0.3) -> Segment:
    """Return a segment whose words were heard well, but for the doubted ones."""
    unsure = doubted.split()
    words = tuple(Word(word, score=score if word.strip(".,?") in unsure else 0.98) for word in text.split())
    return Segment("s0001", 0.0, 5.0, text, words=words)


def marked(given: Segment, names: tuple[str, ...] = ()) -> list[str]:
    """Return the words that are marked."""
    (result,) = mark_doubt([given], names)
    return [word.word for word in result.words if word.doubt == "heard_unclearly"]


def candidates(given: Segment, names: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Return the candidates of the first marked word."""
    (result,) = mark_doubt([given], names)
    return next((word.candidates for word in result.words if word.doubt), ())


@pytest.mark.parametrize(
    ("text", "doubted", "meant"),
    [
        ("She raised the surgery to 100 milligrams.", "surgery", "sertraline"),
        ("He stopped the Samar glutide because of the side effects.", "Samar glutide", "semaglutide"),
        ("I have been taking fluxitine for two years.", "fluxitine", "fluoxetine"),
        ("I missed my sirs only twice this week.", "sirs only", "Serzone"),
        ("Are you still taking the prose ag at night?", "prose ag", "Prozac"),
        ("They started me on Loressa Done at the hospital.", "Loressa Done", "lurasidone"),
    ],
)
def test_misheard_medications_become_questions(text: str, doubted: str, meant: str) -> None:
    """A word that stands where a medication would, and sounds like one, is marked with what it may have been."""
    given = segment(text, doubted)

    assert set(doubted.split()) <= {word.strip(".") for word in marked(given)}
    assert meant in candidates(given)


def test_text_is_never_replaced() -> None:
    """The text and the words stay as they were heard."""
    given = segment("She raised the surgery to 100 milligrams.", "surgery")
    (result,) = mark_doubt([given])

    assert result.text == given.text
    assert [word.word for word in result.words] == [word.word for word in given.words]


@pytest.mark.parametrize("name", ["sertraline", "Zoloft", "Klonopin", "lamotrigine", "Depo-Provera", "insulin's"])
def test_names_heard_right_are_not_marked(name: str) -> None:
    """A known name is not doubted, also where the engine was not sure of it."""
    assert marked(segment(f"I take {name} at night.", name)) == []


@pytest.mark.parametrize(
    "text",
    [
        "I had surgery on my knee last year.",
        "I take the train to work every day.",
        "We went up on the roof to see the stars.",
        "She put me on the list for Tuesday.",
        "I started crying and I could not stop.",
    ],
)
def test_ordinary_talk_is_not_marked(text: str) -> None:
    """Ordinary words that were heard well are no medications, whatever stands beside them."""
    assert marked(segment(text)) == []


def test_ordinary_talk_without_scores_is_not_marked() -> None:
    """An engine without probabilities does not make everything doubtful."""
    text = "I had surgery last year and I take the train to work. She put me on the list."
    words = tuple(Word(word) for word in text.split())

    assert marked(Segment("s0001", 0.0, 5.0, text, words=words)) == []


@pytest.mark.parametrize("word", ["not", "didn't", "never", "40", "fifteen", "milligrams", "Marcus"])
def test_half_heard_words_that_matter(word: str) -> None:
    """A number, a dose, a negation or a name with little confidence is marked."""
    assert marked(segment(f"I think {word} of it", word)) == [word]


@pytest.mark.parametrize("word", ["not", "40", "house", "I"])
def test_the_rest_is_not_marked(word: str) -> None:
    """Such a word heard well, and a half-heard word that changes little, are not marked."""
    assert marked(segment(f"I think {word} of it", word, score=0.9 if word in {"not", "40"} else 0.3)) == []


def test_names_of_the_session() -> None:
    """A name that the agency gives is a candidate too."""
    given = segment("My dog Zimba Lou is sick.", "Zimba Lou")

    assert candidates(given, ("Simbalu",))[0] == "Simbalu"


def test_engines_are_held_to_their_own_scale() -> None:
    """Scores that are low throughout, as an aligner's are, do not make everything doubtful."""
    words = tuple(Word(word, score=0.4) for word in ["I", "have", "not", "slept", "for", "40", "hours"])

    assert marked(Segment("s0001", 0.0, 5.0, "", words=words)) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sirs only", "serzonly"),
        ("phenytoin", "fenitoyn"),
        ("Xanax", "zanacks"),
        ("Klonopin", "clonopin"),
    ],
)
def test_spellings_of_one_sound(one: str, other: str) -> None:
    """Words that are spelt differently and sound alike have one sound."""
    assert sound_of(one).replace("A", "") == sound_of(other).replace("A", "")


def test_every_bundled_name_finds_itself() -> None:
    """Each bundled name of some length is among its own candidates, with a likeness of 1."""
    terms = Terms((), medications())
    long_names = [name for name in medications() if weight_of(sound_of(name)) >= 3]

    assert all(max(like for like, _ in terms.like(name)) == pytest.approx(1.0) for name in long_names)


def test_no_names() -> None:
    """Without names nothing sounds like one."""
    assert Terms(()).like("surgery") == ()


@pytest.mark.slow
def test_a_long_session_takes_seconds() -> None:
    """An hour of talk, an eighth of it in doubt, is marked in well under the time it took to hear it."""
    random = Random(1)  # noqa: S311 - not for keys
    names = ["".join(random.choice(["ka", "lo", "tri", "men", "su", "fin"]) for _ in range(4)) for _ in range(600)]
    given = [segment(f"I have been taking {name} for about two years and I think it helps.", name) for name in names]
    started = time.process_time()
    mark_doubt(given)

    assert time.process_time() - started < 20
