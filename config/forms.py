"""Forms a setting may have: what is no address, folder or file is said at start, by name, and never quoted."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr


def _split(address: str, schemes: set[str], form: str) -> None:
    try:
        parts = urlsplit(address)
        sound = parts.scheme in schemes and (bool(parts.hostname) or parts.scheme == "unix")
        # A port that is no number shows only where it is asked for.
        sound = sound and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        reason = f"is written {form}"
        raise ValueError(reason)


def _web_address(address: str) -> str:
    if address:
        _split(address, {"http", "https"}, "https://host, or http://host:port")
    return address


def _redis_address(address: SecretStr) -> SecretStr:
    if address.get_secret_value():
        _split(address.get_secret_value(), {"redis", "rediss", "unix"}, "redis://host:port/number")
    return address


def _none_where_empty(value: object) -> object:
    return None if value == "" else value


def _not_empty(value: object) -> object:
    if value == "":
        # The folder that the program happens to be started in would be meant.
        reason = "names no folder"
        raise ValueError(reason)
    return value


WebAddress = Annotated[str, AfterValidator(_web_address)]
RedisAddress = Annotated[SecretStr, AfterValidator(_redis_address)]
OptionalFile = Annotated[Path | None, BeforeValidator(_none_where_empty)]
Folder = Annotated[Path, BeforeValidator(_not_empty)]
