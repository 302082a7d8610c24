"""The project's own files, as the house rules read them."""

import ast
import functools
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PRODUCT = ("pipeline", "workers", "web", "commands", "config")


@dataclass(frozen=True, slots=True)
class Source:
    """A Python file, read, and parsed where a rule asks for more than its text."""

    path: str
    text: str

    @property
    def tree(self) -> ast.Module:
        """Return what it says to Python."""
        return _parsed(self.text)

    @property
    def package(self) -> str:
        """Return the folder at the top."""
        return self.path.split("/", 1)[0]


@functools.cache
def files() -> tuple[str, ...]:
    """Return every file of the project: what git tracks, or where there is no git all that is not hidden or built."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
        if listed.returncode == 0:
            return tuple(path for path in sorted(listed.stdout.decode().split("\0")) if (ROOT / path).is_file())
    return tuple(sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file() and _is_ours(path)))


@functools.cache
def sources() -> tuple[Source, ...]:
    """Return every Python file."""
    return tuple(_source(path) for path in files() if path.endswith(".py"))


def product() -> Iterator[Source]:
    """Yield what is installed and run."""
    yield from (source for source in sources() if source.package in PRODUCT)


def texts() -> Iterator[tuple[str, str]]:
    """Yield every file that is text, with its text."""
    for path in files():
        try:
            yield path, (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function, nested ones too."""
    yield from (node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def calls(source: Source) -> Iterator[tuple[str, ast.Call]]:
    """Yield every call with what is called, dotted."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            yield _dotted(node.func), node


def _source(path: str) -> Source:
    return Source(path, (ROOT / path).read_text(encoding="utf-8"))


_parsed = functools.cache(ast.parse)


def _dotted(called: ast.expr) -> str:
    if isinstance(called, ast.Name):
        return called.id
    if isinstance(called, ast.Attribute):
        return f"{_dotted(called.value)}.{called.attr}"
    return ast.unparse(called)


def _is_ours(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    hidden = any(part.startswith(".") and part not in {".ci", ".env.example", ".gitignore"} for part in parts)
    return not hidden and "__pycache__" not in parts and not any(part.endswith(".egg-info") for part in parts)
