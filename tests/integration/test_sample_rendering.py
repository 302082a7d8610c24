"""The sample session can be made again."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "samples" / "session"


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("flite"), reason="flite is not installed (apt-get install flite)")
def test_rendering_gives_the_committed_turns(tmp_path: Path) -> None:
    """The regenerating command gives the committed turn times and words."""
    subprocess.run([sys.executable, "-m", "bench.sample.render", "--output", tmp_path], cwd=ROOT, check=True)

    assert (tmp_path / "session.rttm").read_text() == (SAMPLE / "session.rttm").read_text()
    assert (tmp_path / "session.stm").read_text() == (SAMPLE / "session.stm").read_text()
