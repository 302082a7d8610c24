"""Canonical JSON (RFC 8785) for what is signed or chained: strings, integers, lists and objects only."""

import json
from collections.abc import Mapping

_PLAIN = (str, int)
#: Made once: `json.dumps` would make one for every audit entry.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_NO_FLOATS = "canonical JSON here has no floats: give an integer unit"


def canonical(body: Mapping[str, object]) -> bytes:
    """Return the one byte string that stands for the body; raise ``TypeError`` for a float.

    Keys sort by code point, which equals RFC 8785's order by UTF-16 unit for the ASCII keys used here.
    """
    _refuse_floats(body)
    return _ENCODER.encode(body).encode()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(_NO_FLOATS)
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for inner in value:
        # Nearly everything is text or a number, and every audit entry passes here.
        if not isinstance(inner, _PLAIN):
            _refuse_floats(inner)
