"""Settings -> adapters: the one place where the outside world is chosen."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from config.retention import load_retention
from config.settings import Settings, child_environment, writing_environment
from config.storing import object_store, wrapping_keys
from pipeline.adapters.database import LedgerLimits, SqlLedger, create_ledger, migrate
from pipeline.adapters.isolation import ChildLimits, ChildProcessWork
from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.keys.local_signer import LocalSigner
from pipeline.adapters.keys.sealing import UploadKey
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.adapters.store.writing import WritingProcess
from pipeline.domain.retention import RetentionPolicy
from pipeline.domain.session import Stage
from pipeline.errors import SettingsInvalidError
from pipeline.ports import ObjectStore
from pipeline.storing import Storing

#: The stages whose work is done by a model, in a process of its own.
MODEL_STAGES = (Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY)
#: The settings that a model's process gets to see.
_TOLD = {"recording", "speech", "drafting", "vendors", "note_format", "jurisdiction"}
#: The settings that a process which stores gets to see: where things lie.
_TOLD_FOR_STORING = {"data_dir", "store", "keys", "recording"}


class SystemClock:
    """The clock of the machine; leases and retention go by the database's."""

    def now(self) -> datetime:
        """Return the present moment, UTC."""
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Wiring:
    """Everything a process of Nightscribe stands on."""

    settings: Settings
    ledger: SqlLedger
    artifacts: EncryptedArtifactStore
    objects: ObjectStore
    keys: LocalKeyFile
    signer: LocalSigner
    policy: RetentionPolicy
    clock: SystemClock

    @property
    def storing(self) -> Storing:
        """Return what stores recordings in this process."""
        return Storing(self.artifacts, self.settings.recording.max_bytes)


def wire(settings: Settings) -> Wiring:
    """Build the adapters the settings name.

    An embedded deployment makes its folder, database and keys on first use; any other is set up by
    ``nightscribe migrate`` and ``nightscribe keys create``, and raises what is missing.
    """
    if settings.is_embedded:
        prepare_embedded(settings)
    objects = object_store(settings)
    keys = wrapping_keys(settings)
    return Wiring(
        settings,
        create_ledger(settings.ledger_url, ledger_limits(settings)),
        EncryptedArtifactStore(objects, keys),
        objects,
        keys,
        LocalSigner(settings.keys.signing_key, apart_from=(settings.folder,)),
        load_retention(settings.retention_file),
        SystemClock(),
    )


def ledger_limits(settings: Settings) -> LedgerLimits:
    """Return the ledger's limits out of the queue settings."""
    queue = settings.queue
    return LedgerLimits(
        lease=queue.lease,
        tries=queue.tries,
        crashes=queue.crashes,
        backoff=queue.backoff,
        window=settings.night.window,
        urgent=settings.night.urgent,
    )


def create_keys(settings: Settings) -> None:
    """Make the wrapping and signing keys that are not there yet."""
    LocalKeyFile.create(settings.keys.wrapping_key, apart_from=(settings.folder,))
    LocalSigner.create(settings.keys.signing_key, apart_from=(settings.folder,))
    UploadKey.create(settings.keys.upload_key, apart_from=(settings.folder,))


def stage_work(settings: Settings, stages: tuple[Stage, ...]) -> Mapping[Stage, ChildProcessWork]:
    """Return a model process for each stage that needs one; none is started yet."""
    return {stage: _model_process(stage, settings) for stage in stages if stage in MODEL_STAGES}


def _model_process(stage: Stage, settings: Settings) -> ChildProcessWork:
    # Engines' settings only: no address, no credential, no place where keys lie.
    told = settings.model_dump(mode="json", include=_TOLD)
    # The one secret an engine may need; it passes through the pipe, to the stage that uses it.
    told["drafting"]["api_key"] = settings.drafting.api_key.get_secret_value() if stage is Stage.DRAFT else ""
    told["speech"]["api_key"] = settings.speech.api_key.get_secret_value() if stage is Stage.TRANSCRIBE else ""
    return ChildProcessWork(
        (sys.executable, "-m", "config.stage_process", str(stage)),
        child_environment(),
        {"settings": told},
        ChildLimits(work=settings.queue.stage_limit, tasks=settings.queue.tasks_per_process),
    )


def writing_process(wiring: Wiring) -> WritingProcess:
    """Start a process that stores recordings; it reads the wrapping key where this one does."""
    settings = wiring.settings
    return WritingProcess(
        (sys.executable, "-m", "config.writing_process"),
        writing_environment(),
        settings.model_dump(mode="json", include=_TOLD_FOR_STORING),
        wiring.storing,
    )


def prepare_embedded(settings: Settings) -> None:
    """Make the folder, the keys and the schema of an embedded deployment; keys that were lost are not made anew."""
    try:
        settings.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsInvalidError(where="data_dir", problem=error.strerror) from None
    if not settings.keys.wrapping_key.exists() and not (settings.folder / "ledger.sqlite3").exists():
        create_keys(settings)
    migrate(settings.ledger_url)
