"""The layouts of the note formats."""

from pathlib import Path

import pytest

from config.note_formats import DEFAULTS, load_layouts
from pipeline.domain.note import NoteFormat
from pipeline.errors import SettingsInvalidError


def test_every_format_has_its_own_sections() -> None:
    """The letters of a format's name are the initials of its sections, as clinicians know them."""
    layouts = load_layouts()
    initials = {f: "".join(section.title[0] for section in layouts[f].sections) for f in layouts}

    assert initials == {f: f.value for f in NoteFormat if f is not NoteFormat.PROGRESS} | {
        NoteFormat.PROGRESS: "SCSIAP"
    }


@pytest.mark.parametrize(
    ("old", "new", "setting"),
    [
        ('"mood", ', "", "note_formats.SOAP.topics"),
        ('topics = ["plan", "appointment"]', 'topics = ["plan", "appointment", "mood"]', "note_formats.SOAP.topics"),
        ('key = "plan"', 'name = "plan"', "note_formats.SOAP"),
        ('"appointment"', '"appointments"', "note_formats.SOAP"),
        ("[SOAP]", "[SOAP", "note_formats"),
        ("SOAP", "SOUP", "note_formats.SOAP"),
    ],
)
def test_a_wrong_layout_is_refused_by_name(tmp_path: Path, old: str, new: str, setting: str) -> None:
    """A topic without a place, or with two, a lacking key and broken TOML name the setting that is wrong."""
    path = tmp_path / "formats.toml"
    path.write_text(DEFAULTS.read_text().replace(old, new))

    with pytest.raises(SettingsInvalidError) as caught:
        load_layouts(path)

    assert caught.value.facts == {"setting": setting}
