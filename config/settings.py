"""Every setting, parsed once at start from ``NIGHTSCRIBE_…`` variables; nothing else reads the environment."""

import os
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.arrival_settings import ArrivalSettings
from config.forms import Folder, OptionalFile, RedisAddress, WebAddress
from config.night import NightSettings
from config.web_settings import ApiSettings, IdentitySettings, MetricsSettings, OpsSettings, WebhookSettings
from pipeline.domain.note import NoteFormat
from pipeline.errors import SettingsInvalidError

_FROZEN = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
Positive = Annotated[timedelta, Field(gt=timedelta(0))]


class StoreKind(StrEnum):
    """Where objects lie."""

    LOCAL = "local"
    S3 = "s3"


class SpeechEngine(StrEnum):
    """What turns speech into text; ``auto``: whisperX where a model is named, else moonshine."""

    AUTO = "auto"
    MOONSHINE = "moonshine"
    WHISPERX = "whisperx"
    OPENAI = "openai"


class DraftEngine(StrEnum):
    """What writes the note: sentences picked and arranged, or a language model."""

    EXTRACTIVE = "extractive"
    LLM = "llm"


class VerifyEngine(StrEnum):
    """What is asked beside the typed checks: nothing, an embedding model, an entailment model, a language model."""

    RULES = "rules"
    EMBEDDING = "embedding"
    ENTAILMENT = "entailment"
    LLM = "llm"


class StoreSettings(BaseModel):
    """The object store. Credentials of S3 come the way boto3 finds them."""

    model_config = _FROZEN

    kind: StoreKind = StoreKind.LOCAL
    bucket: str = ""
    inbound_bucket: str = ""
    endpoint_url: WebAddress = ""
    region: str = "us-east-1"


class KeySettings(BaseModel):
    """Where the wrapping, signing and upload keys lie; never inside the data folder."""

    model_config = _FROZEN

    folder: Folder = Path("~/.config/nightscribe/keys")

    @property
    def wrapping_key(self) -> Path:
        """Return the file that wraps the data keys."""
        return self.folder.expanduser() / "wrapping-key.json"

    @property
    def signing_key(self) -> Path:
        """Return the file that signs certificates and checkpoints."""
        return self.folder.expanduser() / "signing-key.json"

    @property
    def upload_key(self) -> Path:
        """Return the file that opens sealed uploads."""
        return self.folder.expanduser() / "upload-key.json"


class QueueSettings(BaseModel):
    """Leases, heartbeats, tries; the lease must outlast several heartbeats."""

    model_config = _FROZEN

    lease: Positive = timedelta(seconds=90)
    heartbeat: Positive = timedelta(seconds=15)
    poll: Positive = timedelta(seconds=5)
    sweep: Positive = timedelta(seconds=30)
    tries: int = Field(default=4, ge=1, le=20)
    crashes: int = Field(default=3, ge=1, le=10)
    backoff: Positive = timedelta(seconds=30)
    stage_limit: Positive = timedelta(hours=3)
    #: Tasks a model's process does before a fresh one takes over.
    tasks_per_process: int = Field(default=200, ge=1)

    @model_validator(mode="after")
    def _lease_outlasts_heartbeats(self) -> "QueueSettings":
        if self.lease < 3 * self.heartbeat:
            reason = "lease must be at least three heartbeats"
            raise ValueError(reason)
        return self


class RecordingSettings(BaseModel):
    """What is accepted as a recording."""

    model_config = _FROZEN

    max_bytes: int = Field(default=2_000_000_000, gt=0)
    shortest: Positive = timedelta(seconds=10)
    longest: Positive = timedelta(hours=4)


class SpeechSettings(BaseModel):
    """The speech engines."""

    model_config = _FROZEN

    engine: SpeechEngine = SpeechEngine.AUTO
    model: str = ""
    device: str = "auto"
    compute_type: str = "default"
    batch_size: int = Field(default=8, ge=1)
    language: str = "en"
    diarization_model: str = ""
    threads: int = Field(default=0, ge=0)
    #: Up to and with the version, as in http://127.0.0.1:8000/v1; for the engine ``openai``.
    base_url: WebAddress = ""
    api_key: SecretStr = SecretStr("")
    #: The agency's own names, one a line: programs, places, people of the house, medications not in the bundled list.
    vocabulary_file: OptionalFile = None


class DraftingSettings(BaseModel):
    """The drafter. A language model is asked through an OpenAI-compatible endpoint."""

    model_config = _FROZEN

    engine: DraftEngine = DraftEngine.EXTRACTIVE
    #: Up to and with the version, as in http://127.0.0.1:8000/v1.
    base_url: WebAddress = ""
    model: str = ""
    api_key: SecretStr = SecretStr("")


class GroundingSettings(BaseModel):
    """The verifier. Typed checks always count, whatever is asked beside them."""

    model_config = _FROZEN

    engine: VerifyEngine = VerifyEngine.RULES
    #: A folder with weights (embedding, entailment), or the model's name at the endpoint (llm).
    model: str = ""
    #: Up to and with the version, as in http://127.0.0.1:8000/v1.
    base_url: WebAddress = ""
    api_key: SecretStr = SecretStr("")


class VendorSettings(BaseModel):
    """Who else may be sent what was said: one list for speech, drafting and whatever comes after them."""

    model_config = _FROZEN

    #: Hosts with commas between: the agency's own, or a vendor's with a signed BAA.
    allowed_hosts: str = "127.0.0.1,localhost"

    def is_allowed(self, host: str) -> bool:
        """Say whether what was said may be sent to this host."""
        return host.lower() in {allowed.strip().lower() for allowed in self.allowed_hosts.split(",") if allowed.strip()}


class LogSettings(BaseModel):
    """What is logged."""

    model_config = _FROZEN

    level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"


class Settings(BaseSettings):
    """All settings of a process. With none given, everything is embedded: no server, one folder."""

    model_config = SettingsConfigDict(
        env_prefix="NIGHTSCRIBE_",
        env_nested_delimiter="__",
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
    )

    data_dir: Folder = Path("~/.local/share/nightscribe")
    #: Empty: SQLite inside the data folder.
    database_url: SecretStr = SecretStr("")
    #: Empty: queues inside the process.
    redis_url: RedisAddress = SecretStr("")
    jurisdiction: str = "US"
    note_format: NoteFormat = NoteFormat.DAP
    retention_file: OptionalFile = None
    store: StoreSettings = StoreSettings()
    keys: KeySettings = KeySettings()
    queue: QueueSettings = QueueSettings()
    night: NightSettings = NightSettings()
    recording: RecordingSettings = RecordingSettings()
    speech: SpeechSettings = SpeechSettings()
    drafting: DraftingSettings = DraftingSettings()
    grounding: GroundingSettings = GroundingSettings()
    vendors: VendorSettings = VendorSettings()
    arrivals: ArrivalSettings = ArrivalSettings()
    identity: IdentitySettings = IdentitySettings()
    api: ApiSettings = ApiSettings()
    webhooks: WebhookSettings = WebhookSettings()
    metrics: MetricsSettings = MetricsSettings()
    ops: OpsSettings = OpsSettings()
    log: LogSettings = LogSettings()

    @property
    def folder(self) -> Path:
        """Return the data folder."""
        return self.data_dir.expanduser()

    @property
    def is_embedded(self) -> bool:
        """Say whether the database is our own SQLite file."""
        return not self.database_url.get_secret_value()

    @property
    def ledger_url(self) -> str:
        """Return the database's address."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.folder / 'ledger.sqlite3'}"

    @model_validator(mode="after")
    def _buckets_are_named(self) -> "Settings":
        if self.store.kind is StoreKind.S3 and not self.store.bucket:
            reason = "store.bucket is needed with store.kind=s3"
            raise ValueError(reason)
        return self


def load_settings() -> Settings:
    """Return the settings of this process; raise ``SettingsInvalidError`` that names the wrong one."""
    for name in os.environ:
        if name.upper().startswith("NIGHTSCRIBE_") and not _is_a_setting(name.upper().removeprefix("NIGHTSCRIBE_")):
            # Passed over, a mistyped address or retention file would leave the default to count.
            raise SettingsInvalidError(where=name, problem="there is no such setting")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "settings"
        raise SettingsInvalidError(where=where, problem=first["msg"]) from None


def _is_a_setting(name: str) -> bool:
    first, below, _ = name.partition("__")
    field = Settings.model_fields.get(first.lower())
    # What stands below a group's name is looked at with the group.
    return field is not None and (not below or isinstance(field.default, BaseModel))


#: What a model's process sees of our environment: how to find programs and libraries, and nothing secret.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES", "HF_HOME")


# What a model, or a cipher, works with at a time it asks for again at once. Given back to the system each time, and
# mapped and cleared anew, that was a seventh of recognition's processor time (mallopt(3); bytes).
_MEMORY_IS_KEPT = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(1 << 26),
    "MALLOC_TRIM_THRESHOLD_": str(1 << 28),
}


def child_environment() -> dict[str, str]:
    """Return the environment of a model's process: no credential, telemetry off, hubs offline."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {
        **passed_on,
        **_MEMORY_IS_KEPT,
        "PYANNOTE_METRICS_ENABLED": "false",
        "HF_HUB_OFFLINE": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def writing_environment() -> dict[str, str]:
    """Return the environment of a process that stores recordings: ours, for S3 finds its credentials there."""
    return {**os.environ, **_MEMORY_IS_KEPT}
