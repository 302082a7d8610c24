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
    except (OSError, KeyError, ValueError):
        raise SettingsInvalidError(where="retention_file") from None
    if policy.kinds() != frozenset(ArtifactKind):
        raise SettingsInvalidError(where="retention_file", problem="every kind of artifact needs a rule")
    return policy


def _policy(document: dict[str, Any]) -> RetentionPolicy:
    return RetentionPolicy(document["policy_id"], tuple(_rule(rule) for rule in document["rules"]))


def _rule(rule: dict[str, Any]) -> RetentionRule:
    at_most = rule.get("at_most_days")
    return RetentionRule(
        ArtifactKind(rule["kind"]),
        RetentionTrigger(rule["trigger"]),
        timedelta(days=rule["keep_days"]),
        None if at_most is None else timedelta(days=at_most),
        rule.get("basis", ""),
    )
