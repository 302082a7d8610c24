"""Vocabularies: names one a line, and what is refused."""

import pytest

from pipeline.domain.documents.vocabulary import MOST_NAMES, names_from_list, names_from_text, names_to_text
from pipeline.errors import VocabularyInvalidError


def test_names_in_order_each_once() -> None:
    """Names are read in order, without doubles, blank lines and remarks."""
    text = "\ufeff# Tuesday\nLamictal\n\n  Elm   House \nLamictal\n\N{LATIN SMALL LETTER E WITH ACUTE}lan\n"

    assert names_from_text(text) == ("Lamictal", "Elm House", "\N{LATIN SMALL LETTER E WITH ACUTE}lan")


def test_what_is_written_can_be_read() -> None:
    """Names come back as they went in."""
    assert names_from_text(names_to_text(("Lamictal", "Elm House"))) == ("Lamictal", "Elm House")


@pytest.mark.parametrize("line", ["secret " * 20, "12345", "secret\x00", "secret\x1b[2J", "---"])
def test_a_line_that_is_no_name_is_refused_by_its_number(line: str) -> None:
    """What is no name is refused with its line and is not quoted."""
    with pytest.raises(VocabularyInvalidError) as caught:
        names_from_text(f"Lamictal\n{line}\n")

    assert caught.value.facts == {"where": "line 2"}


def test_a_novel_is_no_vocabulary() -> None:
    """More names than can be listened for are refused."""
    with pytest.raises(VocabularyInvalidError):
        names_from_text(names_to_text(f"name {chr(97 + n % 26)}{n}" for n in range(MOST_NAMES + 1)))


def test_a_list_is_read_like_a_file() -> None:
    """Names in a list come back in order, each once, and can be written one a line."""
    names = names_from_list(["Lamictal", " Elm House ", "Lamictal"])

    assert names == ("Lamictal", "Elm House")
    assert names_from_text(names_to_text(names)) == names


@pytest.mark.parametrize(
    "name", ["", "secret\nsecret", "secret\t", "# secret", "12345", "secret " * 20, "secret\u2028"]
)
def test_what_is_no_name_in_a_list_is_refused_by_its_place(name: str) -> None:
    """What a file could not hold on one line is refused with its place and is not quoted."""
    with pytest.raises(VocabularyInvalidError) as caught:
        names_from_list(["Lamictal", name])

    assert caught.value.facts == {"where": "names.1"}
