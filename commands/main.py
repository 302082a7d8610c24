"""The command ``nightscribe``: one module a command group, one seam for errors."""

import io
import os
import sys
from collections.abc import Sequence

import typer
from rich.console import Console

from commands import (
    account,
    audit,
    batch,
    consent,
    demo,
    doctor,
    draft,
    expect,
    export,
    hold,
    keys,
    migrate,
    process,
    purge,
    queue,
    report,
    retry,
    seal,
    status,
    submit,
    sweep,
    token,
    transcribe,
    verify,
    web,
    worker,
)
from config.places import place_of
from pipeline.errors import FileUnusableError, PipelineError

app = typer.Typer(
    name="nightscribe",
    help="Turn consented session recordings into verified draft notes, on your own machines.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would print what a session said.
    pretty_exceptions_enable=False,
)

for module in (
    demo, process, transcribe, draft, verify, submit, batch, expect, seal, status, worker, web, sweep, retry,
    report, migrate, doctor, purge, export,
):  # fmt: skip
    app.command(module.NAME, help=module.__doc__)(module.run)
for group in (consent, hold, audit, keys, account, token, queue):
    app.add_typer(group.app, name=group.NAME, help=group.__doc__)


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
