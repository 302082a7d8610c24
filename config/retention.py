"""Retention rules, from the defaults or an agency's own file."""

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.retention import RetentionPolicy, RetentionRule, RetentionTrigger
from pipeline.errors import SettingsInvalidError

DEFAULTS = Path(__file__).parent / "defaults" / "retention.toml"


def load_retention(path: Path | None = None) -> RetentionPolicy:
    """Return the policy; raise ``SettingsInvalidError`` where a kind has no rule or a rule cannot be read."""
    try:
        with (path or DEFAULTS).open("rb") as file:
            policy = _policy(tomllib.load(file))
    except (OSError, KeyError, ValueError, TypeError, AttributeError):
        raise SettingsInvalidError(where="retention_file") from None
    if policy.kinds() != frozenset(ArtifactKind):
        raise SettingsInvalidError(where="retention_file", problem="every kind of artifact needs a rule")
    return policy


def _policy(document: dict[str, Any]) -> RetentionPolicy:
    _know(document, {"policy_id", "rules"})
    return RetentionPolicy(document["policy_id"], tuple(_rule(rule) for rule in document["rules"]))


def _rule(rule: dict[str, Any]) -> RetentionRule:
    _know(rule, {"kind", "trigger", "keep_days", "at_most_days", "basis"})
    at_most = rule.get("at_most_days")
    if rule["keep_days"] < 0 or (at_most is not None and at_most < 0):
        raise SettingsInvalidError(where="retention_file", problem="a number of days is below zero")
    return RetentionRule(
        ArtifactKind(rule["kind"]),
        RetentionTrigger(rule["trigger"]),
        timedelta(days=rule["keep_days"]),
        None if at_most is None else timedelta(days=at_most),
        rule.get("basis", ""),
    )


def _know(table: dict[str, Any], names: set[str]) -> None:
    """Refuse a name that means nothing: passed over, a mistyped limit would be no limit."""
    unknown = sorted(set(table) - names)
    if unknown:
        raise SettingsInvalidError(where="retention_file", problem=f"there is no {unknown[0]}")
