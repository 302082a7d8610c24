"""The documents say what the program is, and nothing that it is not."""

import re
from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, TypeAdapter

from commands.on_demand import COMMANDS
from config.settings import Settings
from pipeline.adapters.report import reasons
from pipeline.audit import access_events, operator_events, session_events, stage_events
from pipeline.audit.events import Event, Stream
from pipeline.domain.session import Stage
from pipeline.errors import PipelineError
from tests.sources import ROOT, files, texts

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_CODE = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)
_SETTING = re.compile(r"NIGHTSCRIBE_[A-Z0-9_]+")
_TARGET = re.compile(r"^([a-z][a-z-]*):.*##", re.MULTILINE)


def document(path: str) -> str:
    """Return a document's text."""
    return (ROOT / path).read_text(encoding="utf-8")


def documented_codes(path: str) -> set[str]:
    """Return the codes that have a row in one of a document's tables."""
    return set(_CODE.findall(document(path)))


def settings(model: type[BaseModel] = Settings, prefix: str = "NIGHTSCRIBE_") -> Iterator[tuple[str, str]]:
    """Yield every setting's variable, with its default as the variable would be written."""
    for name, about in model.model_fields.items():
        inner = about.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from settings(inner, f"{prefix}{name.upper()}__")
        else:
            yield f"{prefix}{name.upper()}", written(about.default)


def written(default: Any) -> str:  # noqa: ANN401 - a setting's default is of any type
    """Return a default as it stands in an environment variable."""
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if isinstance(default, timedelta):
        return str(TypeAdapter(timedelta).dump_python(default, mode="json"))
    return "" if default is None else str(default)


def errors(kind: type[PipelineError] = PipelineError) -> Iterator[type[PipelineError]]:
    """Yield every error."""
    yield kind
    for below in kind.__subclasses__():
        yield from errors(below)


def events() -> set[str]:
    """Return the name of every event that can be recorded."""
    kinds = (
        kind
        for module in (access_events, operator_events, session_events, stage_events)
        for kind in vars(module).values()
    )
    abstract = {"access_event", "event", "intake_event", "operator_event", "stage_event", "steering_event"}
    classes = (kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Event))
    return {re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower() for kind in classes} - abstract


def test_every_setting_is_documented() -> None:
    """docs/settings.md and .env.example name every setting, and none that does not exist."""
    names = {name for name, _ in settings()}

    assert set(_SETTING.findall(document("docs/settings.md"))) == names
    assert set(_SETTING.findall(document(".env.example"))) == names


def test_documented_defaults_are_the_defaults() -> None:
    """A default in docs/settings.md and .env.example is the one in the code."""
    rows = dict(re.findall(r"^\| `(NIGHTSCRIBE_\w+)` \| `?([^`|]*?)`? \|", document("docs/settings.md"), re.MULTILINE))
    lines = dict(re.findall(r"^# ?(NIGHTSCRIBE_\w+)=(.*)$", document(".env.example"), re.MULTILINE))

    assert {name: rows.get(name, "").strip() for name, _ in settings()} == dict(settings())
    assert lines == dict(settings())


def test_every_setting_named_anywhere_exists() -> None:
    """No document, script or program names a setting that is not there."""
    names = {name for name, _ in settings()}
    named = {(path, name) for path, text in texts() for name in _SETTING.findall(text) if "test_" not in path}

    assert {(path, name) for path, name in named if name not in names and not name.endswith("_")} == set()


def test_every_reason_code_is_documented() -> None:
    """docs/reason-codes.md has a row for every failure, finding, flag, check and topic, and no other."""
    failures = {error.reason_code for error in errors()}
    found = set().union(reasons.NOTE_REASONS, reasons.FLAGS, reasons.RUNS, reasons.CHECKS, reasons.TOPICS)

    assert documented_codes("docs/reason-codes.md") == failures | found


def test_every_failure_says_in_its_document_what_it_says_on_the_screen() -> None:
    """The sentence of each error stands in docs/reason-codes.md word for word."""
    text = document("docs/reason-codes.md")

    assert [error.reason_code for error in errors() if f"| {error.sentence} |" not in text] == []


def test_every_audit_event_is_documented() -> None:
    """docs/audit.md has a row for every event, and names every stream."""
    assert documented_codes("docs/audit.md") == events()
    assert [stream for stream in Stream if f"`{stream}`" not in document("docs/audit.md")] == []


def test_every_stage_is_documented() -> None:
    """docs/architecture.md has a row for every stage."""
    assert [stage for stage in Stage if f"| {stage} |" not in document("docs/architecture.md")] == []


def test_every_command_is_in_the_readme() -> None:
    """The README's overview of the command line names every command, and none that does not exist."""
    overview = document("README.md").split("## The command line")[1].split("```")[1]
    named = {word for line in overview.splitlines() for word in re.findall(r"^nightscribe (.*?)(?:  |$)", line)}
    words = {word for part in named for word in re.findall(r"(?:^|\| )([a-z]+)", part)}

    assert set(COMMANDS) - words == set()
    assert words & {"demo", "process", "submit"} == {"demo", "process", "submit"}


def test_every_target_is_in_a_document() -> None:
    """Each thing that can be made is named in a document."""
    guides = "".join(text for path, text in texts() if path.endswith(".md"))

    assert [target for target in _TARGET.findall(document("Makefile")) if f"make {target}" not in guides] == []


def test_every_link_between_documents_arrives() -> None:
    """A relative link in a document leads to a file that is there."""
    broken = [
        f"{path} -> {link}"
        for path, text in texts()
        if path.endswith(".md")
        for link in _LINK.findall(text)
        if not ((ROOT / path).parent / link).exists()
    ]

    assert broken == []


def test_decisions_are_one_page_of_three_parts() -> None:
    """Each decision has a number, a context, a decision and consequences, and fits on a page."""
    pages = [path for path in files() if path.startswith("docs/decisions/")]
    parts = {path: re.findall(r"^#+ (.*)$", document(path), re.MULTILINE) for path in pages}

    assert [Path(path).name[:4] for path in pages] == [f"{number:04}" for number in range(1, len(pages) + 1)]
    assert [path for path in pages if parts[path][1:] != ["Context", "Decision", "Consequences"]] == []
    assert [path for path in pages if document(path).count("\n") > 60] == []


def test_nothing_is_written_with_long_dashes() -> None:
    """Documents use plain sentences and no dashes that stand for a second thought."""
    dashed = [path for path, text in texts() if path.endswith(".md") and "\u2014" in text]

    assert dashed == []


def test_streams_and_stages_agree() -> None:
    """Each stage has an audit stream of its own name."""
    assert {stage.value for stage in Stage} <= {stream.value for stream in Stream}
    assert issubclass(Stream, StrEnum)
