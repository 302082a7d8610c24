"""What every command opens first: settings, logs, wiring; and how it speaks to a person."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

from rich.console import Console

from config.logging import configure_logging
from config.settings import Settings, load_settings
from config.wiring import Wiring, wire
from pipeline.domain.documents.encoding import text_of
from pipeline.errors import PipelineError

#: For people; silent decoration is left out by rich where the output is piped.
console = Console(highlight=False, soft_wrap=True)
# A recording named by mistake is not read into memory; as over the interface.
_LARGEST_TEXT = 20 * 1024 * 1024


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
    with whole_or_not_at_all(path) as file:
        file.write(body if isinstance(body, bytes) else body.encode())


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[BinaryIO]:
    """Open a file of its owner's that takes its place once it is whole: a full disk leaves what was there.

    What is no ordinary file is written as it stands, and a device keeps its mode: /dev/null is everybody's.
    """
    if path.is_symlink() or (path.exists() and not path.is_file()):
        if path.is_file():
            path.chmod(0o600)
        with path.open("wb") as file:
            yield file
        return
    aside = path.with_name(f"{path.name}.part")
    try:
        aside.unlink(missing_ok=True)
        aside.touch(mode=0o600, exist_ok=False)
        with aside.open("wb") as file:
            yield file
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def read_document(path: Path, error: type[PipelineError]) -> str:
    """Return a text file a person named, or raise ``error`` where it is too large or cannot be read as text."""
    try:
        with path.open("rb") as file:
            body = file.read(_LARGEST_TEXT + 1)
        if len(body) > _LARGEST_TEXT:
            raise error(where="the file is larger than 20 MB")
        return text_of(body)
    except (OSError, UnicodeDecodeError):
        raise error(where="the file cannot be read as text", problem="save it as UTF-8") from None
