"""The commands by name, each imported where it is asked for."""

import importlib
from collections import UserDict
from typing import Any

import typer
from typer.core import TyperGroup

#: Each is a module of this package; one with an ``app`` is a group of commands.
COMMANDS = (
    "demo", "process", "transcribe", "draft", "verify", "submit", "batch", "expect", "seal", "status", "worker", "web",
    "sweep", "retry", "report", "migrate", "doctor", "purge", "export", "consent", "hold", "audit", "keys", "account",
    "token", "queue",
)  # fmt: skip


class EveryCommand(TyperGroup):
    """All commands; what one needs is loaded for that one alone."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - whatever typer gives
        super().__init__(**given)
        self.commands = _OnDemand(dict.fromkeys(COMMANDS))


class _OnDemand(UserDict[str, Any]):
    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - typer names the type of a command in private
        self.data[name] = self.data[name] or _command(name)
        return self.data[name]


def _command(name: str) -> Any:  # noqa: ANN401 - as above
    module = importlib.import_module(f"commands.{name}")
    alone = typer.Typer()
    if hasattr(module, "app"):
        alone.add_typer(module.app, name=name, help=module.__doc__)
    else:
        alone.command(name, help=module.__doc__)(module.run)
    return typer.main.get_group(alone).commands[name]
