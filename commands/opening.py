"""What every command opens first: settings, logs, wiring; and how it speaks to a person."""

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from rich.console import Console

from config.logging import configure_logging
from config.settings import Settings, load_settings
from config.wiring import Wiring, wire
from pipeline.errors import PipelineError

#: For people; silent decoration is left out by rich where the output is piped.
console = Console(highlight=False, soft_wrap=True)


def open_wiring(settings: Settings | None = None) -> Wiring:
    """Return the wiring of this process's settings, logs configured."""
    settings = settings or load_settings()
    configure_logging(settings.log.level)
    return wire(settings)


def working(what: str) -> AbstractContextManager[object]:
    """Show that something goes on, on a terminal; stay silent when piped."""
    return console.status(what) if console.is_terminal else nullcontext()


def write_private(path: Path, body: str | bytes) -> None:
    """Write a file that only its owner can read: what it holds was said in confidence."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(body if isinstance(body, bytes) else body.encode())


def read_document(path: Path, error: type[PipelineError]) -> str:
    """Return a text file a person named, or raise ``error`` where it cannot be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise error(where="the file cannot be read as UTF-8 text") from None
