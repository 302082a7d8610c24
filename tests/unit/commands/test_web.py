"""The command that serves the pages, where it cannot."""

import socket

import pytest
from typer.testing import CliRunner

from commands.main import app


@pytest.mark.parametrize("command", [("web",), ("demo", "--serve")])
def test_an_address_that_is_taken_is_said_before_anything_else(command: tuple[str, ...]) -> None:
    """Where another program listens, the command ends as a usage error that names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        outcome = CliRunner().invoke(app, [*command, "--port", str(port)])

    assert outcome.exit_code == 2
    assert str(port) in outcome.output
