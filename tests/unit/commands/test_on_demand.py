"""The command line names every command, and loads only what the one that is asked for needs."""

import re
import subprocess
import sys

from commands.on_demand import COMMANDS
from tests.sources import ROOT


def test_every_command_is_named() -> None:
    """Each module that holds a command or a group of them can be asked for by its name."""
    modules = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "commands").glob("*.py")}
    commands = {name for name, text in modules.items() if re.search(r"^(def run\(|app = )", text, re.MULTILINE)}

    assert commands - {"main"} == set(COMMANDS)


def test_no_command_is_loaded_unasked() -> None:
    """The command line itself brings no command along, nor what commands stand on."""
    listing = "import commands.main, sys; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", listing], cwd=ROOT, capture_output=True, text=True, check=True)

    heavy = {f"commands.{name}" for name in COMMANDS} | {"sqlalchemy", "numpy", "dramatiq", "boto3", "httpx"}
    assert heavy & set(loaded.stdout.split()) == set()
