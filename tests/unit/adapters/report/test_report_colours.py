"""The report's colours can be read: WCAG 2.2, success criterion 1.4.3."""

import re
from importlib import resources

import pytest

_STYLE = resources.files("pipeline.adapters.report").joinpath("templates", "report.css").read_text()
_ON_PAPER = ("ink", "soft", "link", "supported", "partial", "unsupported", "contradicted", "not_checked")
PAIRS = (
    *((ink, ground) for ink in _ON_PAPER for ground in ("paper", "card", "target")),
    *((ink, "alert") for ink in ("ink", "soft", "link", "contradicted")),
    *((ink, "mark") for ink in ("ink", "soft", "link")),
    ("banner-ink", "banner"),
    ("ink", "banner"),
    ("signed-ink", "signed"),
)


def palettes() -> dict[str, dict[str, str]]:
    light, dark, paper = (
        dict(re.findall(r"--([a-z_-]+): (#[0-9a-f]{6})", block))
        for block in re.findall(r":root \{(.*?)\}", _STYLE, re.DOTALL)
    )
    return {"light": light, "dark": light | dark, "print": light | paper}


def luminance(colour: str) -> float:
    channels = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("palette", ["light", "dark", "print"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_stands_out_from_its_ground(palette: str, ink: str, ground: str) -> None:
    """Each colour of text has a contrast of 4.5 to 1 or more against each ground it stands on."""
    colours = palettes()[palette]
    lighter, darker = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
