"""The bundled sample session is what it says it is."""

import itertools
import json
import re
from pathlib import Path

from pipeline.domain.consent import INTAKE_PURPOSES, STAGE_PURPOSES

SAMPLE = Path(__file__).parents[2] / "samples" / "session"


def script_turns() -> list[tuple[str, str]]:
    """Return speaker and words of every line of the script, pauses left out."""
    lines = (SAMPLE / "script.txt").read_text(encoding="utf-8").splitlines()
    spoken = [line.partition(": ") for line in lines if not line.startswith("#")]
    return [(speaker, " ".join(re.sub(r"\([\d.]+\)", "", words).split())) for speaker, _, words in spoken]


def stm_rows() -> list[tuple[str, float, float, str]]:
    """Return speaker, start, end and words of every row of the STM."""
    rows = [line.split(" ", 5) for line in (SAMPLE / "session.stm").read_text(encoding="utf-8").splitlines()]
    return [(row[2], float(row[3]), float(row[4]), row[5]) for row in rows]


def test_reference_words_are_the_script() -> None:
    """The STM says, turn by turn, what the script says."""
    spoken: list[tuple[str, str]] = []
    for speaker, _, _, words in stm_rows():
        if spoken and spoken[-1][0] == speaker:
            spoken[-1] = (speaker, f"{spoken[-1][1]} {words}")
        else:
            spoken.append((speaker, words))

    assert spoken == script_turns()


def test_reference_turns_follow_each_other() -> None:
    """Turns neither overlap nor leave a silence a person would find broken, and RTTM and STM agree."""
    rows = stm_rows()
    gaps = [after[1] - before[2] for before, after in itertools.pairwise(rows)]
    rttm = [line.split() for line in (SAMPLE / "session.rttm").read_text(encoding="utf-8").splitlines()]

    assert min(gaps) >= 0.29
    assert max(gaps) < 3.0
    assert [(f[7], f[3]) for f in rttm] == [(speaker, f"{start:.3f}") for speaker, start, _, _ in rows]


def test_consent_covers_every_stage() -> None:
    """Both people of the sample permit everything that the pipeline needs."""
    consent = json.loads((SAMPLE / "consent.json").read_text(encoding="utf-8"))
    needed = {*INTAKE_PURPOSES, *(purpose for purposes in STAGE_PURPOSES.values() for purpose in purposes)}

    assert {p["person"] for p in consent["participants"]} == {c["person"] for c in consent["consents"]}
    assert [needed - set(c["purposes"]) for c in consent["consents"]] == [set(), set()]
