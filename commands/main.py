"""The command ``nightscribe``: one module a command group, one seam for errors."""

import io
import os
import sys
from collections.abc import Sequence

import typer
from rich.console import Console

from commands.on_demand import EveryCommand
from config.places import place_of
from pipeline.errors import FileUnusableError, PipelineError

app = typer.Typer(
    name="nightscribe",
    cls=EveryCommand,
    help="Turn consented session recordings into verified draft notes, on your own machines.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would print what a session said.
    pretty_exceptions_enable=False,
)


@app.callback()
def _every_command() -> None:
    """Have typer take this for a group, though it is told of no command."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; 0 done, 1 the work failed (reason code on stderr), 2 usage."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that cannot show a sign is no reason to end the work.
            stream.reconfigure(errors="replace")
    try:
        app(arguments)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:  # noqa: BLE001 - the last seam: what goes past it would quote values
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(named(error)), markup=False)
        sys.exit(1)


def named(error: Exception) -> PipelineError:
    """Return the error as one with a reason code; another's message is left out, for it may quote a session."""
    if isinstance(error, PipelineError):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        return FileUnusableError(problem=os.strerror(error.errno))
    return PipelineError(error=type(error).__name__, where=place_of(error))


if __name__ == "__main__":
    main()
