"""An inbound bucket with everything that stands behind it, for the tests of what arrives by itself."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.keys.local_key_file import LocalKeyFile
from pipeline.adapters.keys.sealing import UploadKey, seal_recording, sealing_context
from pipeline.adapters.store.encrypted import EncryptedArtifactStore
from pipeline.arrivals import Arrivals
from pipeline.domain.artifact import ArtifactKind, ObjectKey
from pipeline.domain.consent import Participant
from pipeline.domain.session import Session, SessionId
from pipeline.intake import Intake
from pipeline.ports.arrivals import Announcement, ArrivalState, InboundStore
from tests.factories import keep_days, make_session, permits, two_people
from tests.fakes import RecordingDoorbell
from tests.fakes_store import MemoryObjectStore

BUCKET = "inbound-bucket"
KEEP = timedelta(hours=72)
LIMIT = 10_000_000


@dataclass
class MovedClock:
    """The machine's clock, moved by hand."""

    shift: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment, moved."""
        return datetime.now(UTC) + self.shift


@dataclass
class Site:
    """A deployment that uploads arrive at."""

    arrivals: Arrivals
    ledger: SqlLedger
    inbound: InboundStore
    artifacts: EncryptedArtifactStore
    doorbell: RecordingDoorbell
    upload_key: UploadKey
    clock: MovedClock

    def announce(self, *, consented: bool = True) -> Session:
        """Announce a session, with everyone's consent or without."""
        session, people = make_session(), two_people()
        self.ledger.expect_session(session, people, keep_days(), 2)
        if consented:
            self.consent(people)
        return session

    def consent(self, people: tuple[Participant, ...] | None = None) -> None:
        """Record everyone's consent."""
        self.ledger.record_consents(permits(people or two_people()), "test")

    def receive(self, key: str) -> ArrivalState | None:
        """Tell of an object."""
        return self.arrivals.receive(Announcement(BUCKET, ObjectKey(key)))

    def recording(self, session_id: SessionId) -> bytes:
        """Return what was stored as the session's recording, decrypted."""
        artifacts = self.ledger.session(session_id).artifacts
        (artifact,) = (each for each in artifacts if each.kind is ArtifactKind.RECORDING)
        with self.artifacts.read(artifact) as stream:
            return stream.read()

    def left(self) -> list[str]:
        """Return the keys of every version that is left in the inbound bucket."""
        return [version.key for version in self.inbound.versions("")]

    def sealed(self, recording: bytes, session_id: SessionId) -> bytes:
        """Return the recording as an uploader would seal it."""
        sink = io.BytesIO()
        seal_recording(io.BytesIO(recording), sink, self.upload_key.public_keyset_json, sealing_context(session_id))
        return sink.getvalue()


def make_site(ledger: SqlLedger, inbound: InboundStore, folder: Path, bucket: str = BUCKET) -> Site:
    """Return a deployment whose artifacts lie in memory."""
    artifacts = EncryptedArtifactStore(MemoryObjectStore(), LocalKeyFile.create(folder / "keys.json"))
    upload_key, doorbell, clock = UploadKey.create(folder / "upload.json"), RecordingDoorbell(), MovedClock()
    arrivals = Arrivals(
        ledger=ledger,
        registry=ledger,
        intake=Intake(ledger, artifacts, doorbell, LIMIT),
        inbound=inbound,
        bucket=bucket,
        unsealer=upload_key,
        clock=clock,
        keep_refused=KEEP,
    )
    return Site(arrivals, ledger, inbound, artifacts, doorbell, upload_key, clock)
