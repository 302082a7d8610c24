"""What `doctor` finds weak before a night does."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from commands.doctor import State, examine
from config.settings import (
    DraftEngine,
    DraftingSettings,
    GroundingSettings,
    KeySettings,
    Settings,
    SpeechEngine,
    SpeechSettings,
    StoreKind,
    StoreSettings,
    VerifyEngine,
)
from config.wiring import create_keys


def bad(folder: Path, **given: object) -> dict[str, str]:
    """Return what is bad in a deployment with these settings, with its sentence."""
    settings = Settings(data_dir=folder / "data", keys=KeySettings(folder=folder / "keys"))
    found = examine(settings.model_copy(update=given))
    return {finding.name: finding.sentence for finding in found if finding.state is State.BAD}


def test_a_fresh_deployment_is_well(tmp_path: Path) -> None:
    """With nothing set there is nothing to mend."""
    assert bad(tmp_path) == {}


@pytest.mark.parametrize(
    ("given", "name", "fact"),
    [
        ({"speech": SpeechSettings(engine=SpeechEngine.WHISPERX, model="/none")}, "transcribe", "lacks=folder"),
        ({"speech": SpeechSettings(engine=SpeechEngine.OPENAI)}, "transcribe", "lacks=base_url"),
        ({"drafting": DraftingSettings(engine=DraftEngine.LLM)}, "draft", "lacks=base_url"),
        (
            {"drafting": DraftingSettings(engine=DraftEngine.LLM, base_url="https://elsewhere.example")},
            "draft",
            "endpoint_not_allowed",
        ),
        ({"grounding": GroundingSettings(engine=VerifyEngine.ENTAILMENT)}, "verify", "lacks=model"),
        ({"grounding": GroundingSettings(engine=VerifyEngine.LLM)}, "verify", "lacks=base_url"),
    ],
)
def test_an_engine_that_lacks_something_is_named(
    tmp_path: Path, given: dict[str, object], name: str, fact: str
) -> None:
    """Who is sent to `doctor` by `engine_unavailable` reads there what the engine lacks."""
    found = bad(tmp_path, **given)

    assert list(found) == [f"engine of {name}"]
    assert fact in found[f"engine of {name}"]


def test_a_store_that_does_not_answer_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bucket that cannot be listed is no good store, whatever the database says."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "nobody")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "nothing")

    found = bad(tmp_path, store=StoreSettings(kind=StoreKind.S3, bucket="b", endpoint_url="http://127.0.0.1:9"))

    assert list(found) == ["store"]
    assert found["store"].startswith("store_unavailable")


def test_a_database_nobody_set_up_is_bad(tmp_path: Path) -> None:
    """Whoever names a database and forgets `migrate` reads it there."""
    create_keys(Settings(data_dir=tmp_path / "data", keys=KeySettings(folder=tmp_path / "keys")))

    found = bad(tmp_path, database_url=SecretStr(f"sqlite:///{tmp_path / 'other.sqlite3'}"))

    assert "database_older" in found["keys and database"]
