"""The chain: known answers, and that nothing can be done to it unseen."""

import hashlib
import json
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.chain import GENESIS, Entry, Head, append, chain_digest
from pipeline.audit.check import ProblemKind, check_stream
from pipeline.audit.events import Stream, code
from tests.unit.audit.chains import NOON, MemoryLog, opened

TRANSCRIBE = Stream.TRANSCRIBE


def chain(length: int) -> list[Entry]:
    """Return a sound stream."""
    return MemoryLog.of(*(opened(number) for number in range(1, length + 1))).streams[TRANSCRIBE]


def problem_of(entries: list[Entry], head: Head) -> ProblemKind | None:
    """Return what a check says of the entries."""
    problem = check_stream(head, entries).problem
    return None if problem is None else problem.kind


def test_known_answer() -> None:
    """The first two entries of a stream have these bytes and digests, for whoever writes a verifier."""
    first = append(Head(TRANSCRIBE), opened(1), NOON)
    second = append(first.head, opened(2), NOON)

    assert first.body == (
        b'{"at":"2026-11-20T12:00:00.000000Z","event":"stage_opened","facts":{"attempt":0,"generation":1,'
        b'"run_id":"run-1","session_id":"session-0001","stage":"transcribe"},"seq":1,"stream":"transcribe","v":1}'
    )
    assert first.digest == hashlib.sha256(b"\x00" + bytes(32) + first.body).digest()
    assert first.digest.hex() == "add5e773174a8894d3af9eab97810f08096941a5d782252201e5cd9df9b265b9"
    assert second.digest.hex() == "cf3ca4eeefac2df139382fc77d6133127ecec3b94f366c62079e33223dd7b57c"


def test_sound_chain_is_sound() -> None:
    """An untouched stream has no problem, and every entry is counted."""
    entries = chain(5)

    report = check_stream(entries[-1].head, entries)

    assert (report.entries, report.problem, report.clock_went_back) == (5, None, ())


def test_clock_set_back_is_reported_apart() -> None:
    """Entries dated before their forerunner are named, and the chain still holds."""
    first = append(Head(TRANSCRIBE), opened(1), NOON)
    second = append(first.head, opened(2), NOON.replace(hour=11))
    third = append(second.head, opened(3), NOON.replace(hour=13))

    report = check_stream(third.head, [first, second, third])

    assert (report.problem, report.clock_went_back) == (None, (2,))


@given(length=st.integers(1, 6), data=st.data())
def test_any_changed_byte_is_found(length: int, data: st.DataObject) -> None:
    """Whichever bit of whichever body or digest is changed, the check names that entry."""
    entries = chain(length)
    head = entries[-1].head
    index = data.draw(st.integers(0, length - 1))
    body, digest = bytearray(entries[index].body), bytearray(entries[index].digest)
    changed = data.draw(st.sampled_from([body, digest]))
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    entries[index] = replace(entries[index], body=bytes(body), digest=bytes(digest))

    problem = check_stream(head, entries).problem

    assert problem is not None
    assert problem.seq == index + 1


@given(length=st.integers(2, 7), data=st.data())
def test_dropped_doubled_and_swapped_entries_are_found(length: int, data: st.DataObject) -> None:
    """An entry cannot be left out, repeated or moved."""
    entries = chain(length)
    head = entries[-1].head
    i, j = data.draw(st.lists(st.integers(0, length - 1), min_size=2, max_size=2, unique=True))
    dropped = entries[:i] + entries[i + 1 :]
    doubled = [*entries[: i + 1], entries[i], *entries[i + 1 :]]
    swapped = list(entries)
    swapped[i], swapped[j] = swapped[j], swapped[i]

    found = [problem_of(tampered, head) for tampered in (dropped, doubled, swapped)]

    assert None not in found


@given(length=st.integers(1, 5), data=st.data())
def test_inserted_entry_is_found(length: int, data: st.DataObject) -> None:
    """An entry made to fit its forerunner does not fit what follows, or the head."""
    entries = chain(length)
    head = entries[-1].head
    place = data.draw(st.integers(0, length))
    before = entries[place - 1].head if place else Head(TRANSCRIBE)
    forged = append(before, opened(99), NOON)

    assert problem_of([*entries[:place], forged, *entries[place:]], head) is not None


@given(length=st.integers(2, 6), data=st.data())
def test_rewritten_history_is_found_by_what_was_vouched_for(length: int, data: st.DataObject) -> None:
    """Who rewrites everything from an entry on, head included, contradicts a checkpoint made before."""
    entries = chain(length)
    place = data.draw(st.integers(0, length - 1))
    forged = entries[:place]
    for number in range(place, length):
        forged.append(append(forged[-1].head if forged else Head(TRANSCRIBE), opened(90 + number), NOON))

    unvouched = check_stream(forged[-1].head, forged)
    vouched = check_stream(forged[-1].head, forged, {length: entries[-1].digest})

    assert unvouched.problem is None
    assert vouched.problem is not None
    assert vouched.problem.kind is ProblemKind.REWRITTEN


def test_entry_of_another_stream_is_out_of_place() -> None:
    """Chains cannot be mixed, though their digests would fit."""
    entries = chain(1)

    assert problem_of(entries, Head(Stream.DRAFT, 1, entries[0].digest)) is ProblemKind.OUT_OF_ORDER


def test_digest_covers_its_forerunner() -> None:
    """The same body has another digest in another place."""
    assert chain_digest(GENESIS, b"{}") != chain_digest(chain_digest(GENESIS, b"{}"), b"{}")


@given(st.text())
def test_no_free_text_enters_an_entry(text: str) -> None:
    """Whatever is given as an id or code comes out as an id, a code or a digest."""
    kept = code(text)

    assert kept == code(kept)
    assert len(kept) <= 128
    assert not set(kept) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/@+=-")
    assert json.loads(json.dumps(kept)) == kept
