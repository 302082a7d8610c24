"""Manifests: everything wrong is said at once, by line, and nothing is quoted."""

import pytest

from commands.batch import EXAMPLE
from pipeline.domain.documents.manifest import read_manifest
from pipeline.domain.note import NoteFormat

HEADER = "audio,consent,session_id,format,num_speakers,priority\n"


def problems(text: str, *, json_lines: bool = False) -> list[tuple[int, str]]:
    return [(p.line, p.problem) for p in read_manifest(text, json_lines=json_lines).problems]


def test_the_example_can_be_read() -> None:
    """What `batch --example` prints is a manifest without problems."""
    manifest = read_manifest(EXAMPLE, json_lines=False)

    assert manifest.problems == ()
    assert [(row.line, row.note_format, row.priority) for row in manifest.rows] == [
        (2, NoteFormat.DAP, 100),
        (3, NoteFormat.SOAP, 50),
    ]


def test_json_lines_say_the_same() -> None:
    """A JSON Lines manifest is read like its CSV twin."""
    text = '{"audio": "a.wav", "consent": "a.json", "num_speakers": 3}\n\n{"audio": "b.wav", "consent": "b.json"}\n'

    rows = read_manifest(text, json_lines=True).rows

    assert [(row.line, row.voices) for row in rows] == [(1, 3), (3, None)]


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (",a.json,,,,", "audio is empty"),
        ("a.wav,,,,,", "consent is empty"),
        ("a.wav,a.json,Jane Doe,,,", "session_id: 8 to 64 letters"),
        ("a.wav,a.json,,POEM,,", "format: one of"),
        ("a.wav,a.json,,,two,", "num_speakers: a whole number"),
        ("a.wav,a.json,,,0,", "num_speakers: a whole number"),
        ("a.wav,a.json,,,,-1", "priority: a whole number"),
        ("a.wav,a.json,,,,,extra", "more fields than the header has"),
    ],
)
def test_a_wrong_row_is_named_by_its_line(row: str, problem: str) -> None:
    """A problem names its line and field; the value, which may be a name, is not repeated."""
    found = problems(HEADER + "ok.wav,ok.json,,,,\n" + row + "\n")

    assert [line for line, _ in found] == [3]
    assert found[0][1].startswith(problem)
    assert "Jane" not in str(found)


def test_everything_wrong_is_said_at_once() -> None:
    """An operator mends a manifest once, not error by error."""
    found = problems(HEADER + ",,,,,\na.wav,a.json,,POEM,zero,\n")

    assert [line for line, _ in found] == [2, 2, 3, 3]


def test_two_rows_for_one_session_are_both_named() -> None:
    """The same session twice is a mistake on both lines."""
    rows = "a.wav,a.json,session-0001,,,\nb.wav,b.json,session-0001,,,\n"

    assert [line for line, _ in problems(HEADER + rows)] == [2, 3]


@pytest.mark.parametrize("text", ["", "name,colour\n", HEADER])
def test_a_manifest_without_rows_or_header_is_refused(text: str) -> None:
    """An empty file, a foreign header and a bare header are each a problem."""
    assert len(problems(text)) == 1


def test_one_recording_on_two_lines_is_named_on_both() -> None:
    """The same recording twice would become two sessions, so it is a mistake on both lines."""
    row = "a.wav,a.json,,,,\n"

    assert [line for line, _ in problems(HEADER + row + row)] == [2, 3]


def test_thirty_different_mistakes_are_all_named_at_once() -> None:
    """Every wrong line is named, whatever is wrong with it, and the right ones do not hide it."""
    wrong = [
        ",c.json,,,,",
        "a.wav,,,,,",
        ",,,,,",
        "b.wav,c.json,Jane Doe,,,",
        "b.wav,c.json,short,,,",
        "b.wav,c.json,-leading-dash,,,",
        "b.wav,c.json,with/slash-0001,,,",
        "b.wav,c.json," + "x" * 65 + ",,,",
        "b.wav,c.json,sessïon-0001,,,",
        "b.wav,c.json,,LETTER,,",
        "b.wav,c.json,,D A P,,",
        "b.wav,c.json,,0,,",
        "b.wav,c.json,,,0,",
        "b.wav,c.json,,,-1,",
        "b.wav,c.json,,,21,",
        "b.wav,c.json,,,two,",
        "b.wav,c.json,,,1.5,",
        "b.wav,c.json,,,²,",
        "b.wav,c.json,,,,0",
        "b.wav,c.json,,,,1001",
        "b.wav,c.json,,,,urgent",
        "b.wav,c.json,,,,-5",
        "b.wav,c.json,,,,1e3",
        "b.wav,c.json,,,,10,more",
        "b.wav,c.json,,,,10,,,,",
        "b.wav,c.json,a b,XYZ,99,0",
        "same.wav,c.json,,,,",
        "same.wav,d.json,,,,",
        "d.wav,c.json,session-0009,,,",
        "e.wav,c.json,session-0009,,,",
    ]
    lines = [HEADER.strip()]
    for number, row in enumerate(wrong):
        lines += [f"good-{number}.wav,good.json,,,,", row]

    named = {line for line, _ in problems("\n".join(lines) + "\n")}

    assert named == {3 + 2 * number for number in range(30)}


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_lines_end_as_spreadsheets_end_them(ends: str) -> None:
    """A carriage return alone ends a line too, as an older spreadsheet on a Mac writes it."""
    manifest = read_manifest(ends.join(["audio,consent", "a.wav,a.json", "b.wav,b.json", ""]), json_lines=False)

    assert manifest.problems == ()
    assert [row.line for row in manifest.rows] == [2, 3]


@pytest.mark.parametrize(
    ("text", "problem"),
    [('"audio,consent\na.wav,a.json\n', "not CSV"), ("audio;consent\na.wav;a.json\n", "commas stand between")],
)
def test_a_header_that_cannot_be_read_is_named(text: str, problem: str) -> None:
    """A quotation mark left open in the header, or other signs between its columns, is a problem of a line."""
    (found,) = read_manifest(text, json_lines=False).problems

    assert problem in found.problem
