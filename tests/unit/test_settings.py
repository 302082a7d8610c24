"""Settings: parsed once, named when wrong, never quoted."""

from pathlib import Path

import pytest

from config.retention import load_retention
from config.settings import child_environment, load_settings
from pipeline.domain.artifact import ArtifactKind
from pipeline.errors import SettingsInvalidError


def test_with_nothing_set_everything_is_embedded() -> None:
    """A fresh machine needs no setting at all."""
    settings = load_settings()

    assert settings.is_embedded
    assert settings.redis_url.get_secret_value() == ""
    assert not settings.keys.wrapping_key.is_relative_to(settings.folder)


def test_a_secret_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings can be printed without giving a password away."""
    monkeypatch.setenv("NIGHTSCRIBE_DATABASE_URL", "postgresql://user:opensesame@db/nightscribe")

    assert "opensesame" not in repr(load_settings())


@pytest.mark.parametrize(
    ("name", "value", "where"),
    [
        ("NIGHTSCRIBE_QUEUE__LEASE", "PT10S", "queue"),
        ("NIGHTSCRIBE_QUEUE__TRIES", "0", "queue.tries"),
        ("NIGHTSCRIBE_STORE__KIND", "s3", "settings"),
        ("NIGHTSCRIBE_STORE__COLOUR", "red", "store.COLOUR"),
        ("NIGHTSCRIBE_SPEECH__ENGINE", "opensesame", "speech.engine"),
        ("NIGHTSCRIBE_RETENTIONFILE", "/opensesame.toml", "NIGHTSCRIBE_RETENTIONFILE"),
        ("NIGHTSCRIBE_DATABASE_URL__", "opensesame", "NIGHTSCRIBE_DATABASE_URL__"),
        ("NIGHTSCRIBE_DATA_DIR", "", "data_dir"),
        ("NIGHTSCRIBE_KEYS__FOLDER", "", "keys.folder"),
        ("NIGHTSCRIBE_LOG__LEVEL", "opensesame", "log.level"),
        ("NIGHTSCRIBE_NOTE_FORMAT", "opensesame", "note_format"),
        ("NIGHTSCRIBE_REDIS_URL", "htp:opensesame@x", "redis_url"),
        ("NIGHTSCRIBE_REDIS_URL", "redis://:x@host:opensesame", "redis_url"),
        ("NIGHTSCRIBE_STORE__ENDPOINT_URL", "opensesame", "store.endpoint_url"),
        ("NIGHTSCRIBE_DRAFTING__BASE_URL", "localhost:8000", "drafting.base_url"),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, where: str
) -> None:
    """What is wrong is said by name; the value may be a secret put in the wrong place."""
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsInvalidError) as caught:
        load_settings()

    assert str(caught.value.facts["where"]).lower() == where.lower()
    assert "opensesame" not in str(caught.value)


def test_a_models_process_sees_no_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    """The child's environment holds paths and switches, with telemetry off and hubs offline."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "opensesame")
    monkeypatch.setenv("NIGHTSCRIBE_DATABASE_URL", "postgresql://user:opensesame@db/nightscribe")

    environment = child_environment()

    assert "opensesame" not in str(environment)
    assert environment["PYANNOTE_METRICS_ENABLED"] == "false"
    assert environment["HF_HUB_OFFLINE"] == "1"


def test_the_default_retention_covers_every_kind() -> None:
    """No artifact is kept without a rule that ends it."""
    assert load_retention().kinds() == frozenset(ArtifactKind)


def test_a_file_left_empty_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the example file shows as `NIGHTSCRIBE_RETENTION_FILE=` means the defaults."""
    monkeypatch.setenv("NIGHTSCRIBE_RETENTION_FILE", "")

    assert load_settings().retention_file is None


@pytest.mark.parametrize(
    ("rule", "problem"),
    [("keep_days = 7\natmost_days = 30", "there is no atmost_days"), ("keep_days = -1", "below zero")],
)
def test_a_limit_that_would_not_count_is_named(tmp_path: Path, rule: str, problem: str) -> None:
    """A mistyped limit of retention is no limit, so nothing starts under it."""
    path = tmp_path / "retention.toml"
    path.write_text(f"policy_id = 'x'\n[[rules]]\nkind = 'draft'\ntrigger = 'signed'\n{rule}")

    with pytest.raises(SettingsInvalidError, match=problem):
        load_retention(path)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "policy_id = 'x'\nrules = []",
        "policy_id = 'x'\nrules = 'none'",
        "policy_id = 'x'\n[[rules]]\nkind = 'soul'",
        "policy_id = 'x'\n[[rules]]\nkind = 'draft'\ntrigger = 'signed'\nkeep_days = 'a week'",
    ],
)
def test_a_retention_file_that_leaves_a_kind_out_is_refused(tmp_path: Path, text: str) -> None:
    """An agency's own file must say how long everything is kept."""
    path = tmp_path / "retention.toml"
    path.write_text(text)

    with pytest.raises(SettingsInvalidError):
        load_retention(path)
