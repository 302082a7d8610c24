"""Words get times and voices, and become segments."""

import pytest

from pipeline.domain.transcript import Segment, Word
from pipeline.ports import VoiceTurn
from pipeline.stages.transcribe.assembly import assemble
from pipeline.stages.transcribe.attribution import attribute_words
from pipeline.stages.transcribe.timing import timed_words
from tests.fakes_speech import spoken


def voices_of(text: str, *turns: tuple[float, float, str], pace: float = 0.3) -> str:
    """Return one letter a word."""
    words = timed_words([spoken(text, pace=pace)])
    return "".join(voice or "-" for voice in attribute_words(words, [VoiceTurn(*turn) for turn in turns]))


def test_words_follow_turns() -> None:
    """Each word belongs to the turn it was spoken in."""
    assert voices_of("How are you? I am fine.", (0, 0.9, "A"), (0.9, 1.8, "B")) == "AAABBB"


def test_words_outside_turns_go_to_the_nearest() -> None:
    """A word in nobody's turn goes to the nearest one."""
    assert voices_of("one two three four", (0, 0.1, "A"), (1.1, 1.2, "B")) == "AABB"


def test_no_turns_no_voices() -> None:
    """Where nobody told voices apart, no word gets one."""
    assert voices_of("one two") == "--"


@pytest.mark.parametrize("change", [0.65, 0.9, 1.15])
def test_a_change_moves_to_the_end_of_a_sentence(change: float) -> None:
    """A change of voices told a little early or late falls where the sentence ends."""
    assert voices_of("How are you? I am fine.", (0, change, "A"), (change, 1.8, "B")) == "AAABBB"


def test_a_change_far_from_a_sentence_stays() -> None:
    """An interruption in the middle of a sentence stays where it was heard."""
    assert voices_of("so I was thinking that we no you were not", (0, 1.8, "A"), (1.8, 3.0, "B")) == "AAAAAABBBB"


def test_a_short_answer_keeps_its_voice() -> None:
    """A one-word answer between two sentences of the other voice is not swallowed."""
    turns = ((0, 1.2, "A"), (1.2, 1.5, "B"), (1.5, 2.7, "A"))

    assert voices_of("Did you sleep well? Yes. That is good news.", *turns) == "AAAABAAAA"


def test_missing_times_are_spread() -> None:
    """Words without times share the room between their timed neighbours by their length."""
    segment = Segment(
        "", 0.0, 4.0, "a bb cc d", words=(Word("a", 0.0, 1.0), Word("bb"), Word("cc"), Word("d", 3.0, 4.0))
    )

    assert [(word.start, word.end) for word in timed_words([segment])] == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_text_alone_becomes_words() -> None:
    """A segment without words gets them from its text, spread over its time."""
    words = timed_words([Segment("", 2.0, 4.0, "abc def")])

    assert [(word.word.word, word.start, word.end) for word in words] == [("abc", 2.0, 3.0), ("def", 3.0, 4.0)]


def segments_of(*parts: Segment, voices: str = "") -> list[str]:
    """Return the texts of the segments made of these parts."""
    words = timed_words(parts)
    given = list(voices) if voices else ["A"] * len(words)
    return [segment.text for segment in assemble(words, given, "en")]


def test_a_change_of_voice_starts_a_segment() -> None:
    """No segment holds two voices."""
    assert segments_of(spoken("How are you? Fine."), voices="AAAB") == ["How are you?", "Fine."]


def test_a_long_pause_starts_a_segment() -> None:
    """A pause of more than two seconds ends a segment."""
    assert segments_of(spoken("I was late"), spoken("thinking", 4.0)) == ["I was late", "thinking"]


@pytest.mark.parametrize("begun", ["I do not", "I don't", "there is no", "I was"])
def test_a_hesitation_ends_nothing(begun: str) -> None:
    """After a word that belongs to the next, a pause is a hesitation: no denial is parted from what it denies."""
    assert segments_of(spoken(begun), spoken("thinking of it", 5.0)) == [f"{begun} thinking of it"]


def test_long_speech_is_cut_after_sentences() -> None:
    """Long speech of one voice is cut where sentences end."""
    sentence = " ".join(["word"] * 19) + "."

    assert segments_of(spoken(" ".join([sentence] * 3))) == [sentence] * 3


def test_endless_sentences_are_cut() -> None:
    """Speech without any punctuation still makes segments that can be read, and loses no word."""
    parts = segments_of(spoken(" ".join(["word"] * 5000)))

    assert " ".join(parts).count("word") == 5000
    assert max(len(part.split()) for part in parts) <= 80


@pytest.mark.parametrize("filler", range(30))
def test_endless_sentences_are_cut_between_clauses(filler: int) -> None:
    """Without punctuation a long turn is cut where a clause begins, wherever the limit falls."""
    denied = "i do not have any thoughts of hurting myself or anybody else"
    thought = "i don't think i would ever do that"
    talk = f"well {'then ' * filler}we had dinner and it was fine {denied} and {thought} and my brother came over "

    parts = segments_of(spoken((talk * 4).strip()))

    assert " ".join(parts) == (talk * 4).strip()
    assert sum(part.count(denied) for part in parts) == 4
    assert sum(part.count(thought) for part in parts) == 4
    assert max(map(len, parts)) <= 280


def test_a_pause_within_a_denial_parts_nothing() -> None:
    """The longest pause of a long turn is no place to cut where a denial reaches over it."""
    before, after = "we had dinner and it was fine " * 6, "and we went home and he was fine " * 4
    hesitating = (spoken(f"{before}i do not"), spoken(f"have any plan {after}".strip(), 15.0))

    assert any("i do not have any plan" in part for part in segments_of(*hesitating))


def test_segments_are_numbered_and_words_keep_their_times() -> None:
    """Segments are numbered from s0001, and each word carries its voice and times."""
    first, second = assemble(timed_words([spoken("Hello there. Hi.")]), ["A", "A", "B"], "en")

    assert (first.segment_id, second.segment_id) == ("s0001", "s0002")
    assert (second.start, second.end, second.speaker) == (0.6, 0.9, "B")
    assert second.words == (Word("Hi.", 0.6, 0.9, speaker="B"),)


def test_languages_without_spaces() -> None:
    """Languages written without spaces are put together without them."""
    words = timed_words([Segment("", 0.0, 1.0, "", words=(Word("今", 0, 0.5), Word("日", 0.5, 1.0)))])

    assert [segment.text for segment in assemble(words, ["A", "A"], "ja")] == ["今日"]
