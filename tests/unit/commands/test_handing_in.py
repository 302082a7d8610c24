"""Handing in: files that a person named."""

from pathlib import Path

import pytest

from commands.handing_in import opener_of
from pipeline.domain.session import SessionKind
from pipeline.errors import FileUnusableError


def test_a_recording_that_is_gone_is_an_error_of_its_own(tmp_path: Path) -> None:
    """A recording removed after it was checked is named as unusable, so that the rest of its batch goes on."""
    opener = opener_of(SessionKind.RECORDED, tmp_path / "gone.wav")

    with pytest.raises(FileUnusableError) as error:
        opener()

    assert "gone.wav" not in str(error.value)
