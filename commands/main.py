"""The command ``nightscribe``: one module a command group, one seam for errors."""

import sys

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
from pipeline.errors import PipelineError

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


def main() -> None:
    """Run the command line; 0 done, 1 the work failed (reason code on stderr), 2 usage."""
    try:
        app()
    except PipelineError as error:
        Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
