"""What arrives in the inbound bucket by itself, on every database."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.store.local_folder import LocalFolderStore
from pipeline.domain.artifact import ArtifactKind, Companion, ObjectKey
from pipeline.domain.session import Stage
from pipeline.errors import StoreUnavailableError
from pipeline.ports.arrivals import Announcement, ArrivalState
from pipeline.vocabularies import Vocabularies
from tests.factories import taken
from tests.fakes_store import MemoryObjectStore
from tests.inbound_bucket import BUCKET, KEEP, LIMIT, Site, make_site
from tests.ledger_views import entries, events
from tests.servers.databases import ShiftedTime

RECORDING = b"RIFF, and a phrase of the recording" * 1000


@pytest.fixture
def site(ledger: SqlLedger, tmp_path: Path) -> Site:
    """Return a deployment whose inbound bucket is a folder."""
    return make_site(ledger, LocalFolderStore(tmp_path / "inbound"), tmp_path)


def upload(site: Site, key: str, content: bytes = RECORDING) -> str:
    """Put an object into the inbound bucket as an uploader does; return its key."""
    assert isinstance(site.inbound, LocalFolderStore)
    site.inbound.put(ObjectKey(key), io.BytesIO(content))
    return key


def later(site: Site, time_passes: ShiftedTime, by: timedelta) -> None:
    """Let time pass, for the program and for its database."""
    site.clock.shift += by
    time_passes.advance(by)


def refusals(site: Site) -> list[str]:
    """Return the reasons that the audit log gives for refusals."""
    return [
        entry["facts"]["reason_code"] for entry in entries(site.ledger, "intake") if entry["event"] == "arrival_refused"
    ]


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
def test_a_consented_upload_starts_the_pipeline(site: Site, *, sealed: bool) -> None:
    """It becomes the session's recording under the session's own key, opens the first stage, and leaves the bucket."""
    session_id = site.announce().session_id
    key = upload(site, f"inbound/{session_id}", site.sealed(RECORDING, session_id) if sealed else RECORDING)
    state = site.receive(key)

    assert state is ArrivalState.ACCEPTED
    assert site.recording(session_id) == RECORDING
    assert site.left() == []
    assert [stage for stage, _ in site.doorbell.rings] == [Stage.TRANSCRIBE]
    assert {"arrival_seen", "arrival_accepted", "arrival_removed"} <= set(events(site.ledger, "intake"))


def test_word_of_the_same_object_again_changes_nothing(site: Site) -> None:
    """Whether it is announced twice, or announced and listed, it is taken in once."""
    key = upload(site, f"inbound/{site.announce().session_id}")
    site.receive(key)
    before = events(site.ledger, "intake")
    again = site.receive(key), site.arrivals.reconcile()[ArrivalState.ACCEPTED]

    assert again == (None, 0)
    assert events(site.ledger, "intake") == before
    assert len(site.doorbell.rings) == 1


def test_an_interruption_before_the_removal_is_made_good(site: Site) -> None:
    """The same recording, still there or sent again, is recognized and removed; no second session run is opened."""
    session_id = site.announce().session_id
    key = upload(site, f"inbound/{session_id}")
    site.receive(key)
    upload(site, key)
    state = site.receive(key)

    assert state is ArrivalState.ACCEPTED
    assert site.left() == []
    assert len(site.ledger.session(session_id).runs) == 1


def test_a_lost_announcement_is_found_by_listing(site: Site) -> None:
    """An object nobody told of is taken in at the next listing."""
    session_id = site.announce().session_id
    upload(site, f"inbound/{session_id}")
    counts = site.arrivals.reconcile()

    assert counts[ArrivalState.ACCEPTED] == 1
    assert site.recording(session_id) == RECORDING


def test_without_consent_nothing_is_processed(site: Site) -> None:
    """It is refused and audited once, whoever asks how often, nothing is stored of it, and it waits."""
    session_id = site.announce(consented=False).session_id
    key = upload(site, f"inbound/{session_id}")
    states = [site.receive(key), site.receive(key)]
    site.arrivals.reconcile()

    assert states == [ArrivalState.REFUSED, ArrivalState.REFUSED]
    assert refusals(site) == ["consent_missing"]
    assert site.ledger.session(session_id).artifacts == ()
    assert list(site.artifacts._objects.versions("")) == []  # noqa: SLF001 # nothing may lie there, not even ciphertext
    assert site.doorbell.rings == []
    assert site.left() == [key]


def test_consent_that_comes_later_still_starts_it(site: Site, time_passes: ShiftedTime) -> None:
    """Within its time a refused object is tried again at each listing."""
    session_id = site.announce(consented=False).session_id
    site.receive(upload(site, f"inbound/{session_id}"))
    later(site, time_passes, KEEP - timedelta(hours=1))
    site.consent()
    counts = site.arrivals.reconcile()

    assert counts[ArrivalState.ACCEPTED] == 1
    assert site.recording(session_id) == RECORDING


def test_without_consent_it_is_removed_in_time(site: Site, time_passes: ShiftedTime) -> None:
    """When its time is up, every version of it is removed, which is audited."""
    key = upload(site, f"inbound/{site.announce(consented=False).session_id}")
    site.receive(key)
    later(site, time_passes, KEEP - timedelta(minutes=1))
    early = site.arrivals.reconcile()[ArrivalState.REMOVED]
    later(site, time_passes, timedelta(minutes=2))
    due = site.arrivals.reconcile()[ArrivalState.REMOVED]

    assert (early, due) == (0, 1)
    assert site.left() == []
    assert events(site.ledger, "intake")[-1] == "arrival_removed"


def test_an_old_object_seen_for_the_first_time_waits_for_one_more_listing(site: Site, time_passes: ShiftedTime) -> None:
    """After a long standstill nothing is removed before it was refused and could be heard of."""
    upload(site, f"inbound/{site.announce(consented=False).session_id}")
    later(site, time_passes, KEEP * 2)

    assert site.arrivals.reconcile()[ArrivalState.REFUSED] == 1
    assert len(site.left()) == 1


@pytest.mark.parametrize(
    "key",
    [
        "inbound/short",
        "inbound/Jane Canary.wav",
        "Jane-Canary-0001",
        "inbound/session-0001/part",
        "inbound/../session-0001",
        "INBOUND/session-0001",
    ],
)
def test_a_key_of_another_form_is_refused_without_its_name(ledger: SqlLedger, tmp_path: Path, key: str) -> None:
    """It is refused, and the name that it may hold stands nowhere but in the bucket."""
    site = make_site(ledger, MemoryObjectStore({key: RECORDING}), tmp_path)
    state = site.receive(key)

    assert state is ArrivalState.REFUSED
    assert refusals(site) == ["session_id_invalid"]
    assert "Canary" not in str(entries(site.ledger, "intake"))
    assert "Canary" not in str(site.ledger.arrivals())


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "recording_empty"), (b"x" * (LIMIT + 1), "recording_too_large")],
    ids=["empty", "too large"],
)
def test_what_intake_refuses_is_refused_with_its_reason(site: Site, content: bytes, reason: str) -> None:
    """An upload that can be no recording is refused as a submitted one would be."""
    assert site.receive(upload(site, f"inbound/{site.announce().session_id}", content)) is ArrivalState.REFUSED
    assert refusals(site) == [reason]


def test_a_session_nobody_announced_is_refused(site: Site) -> None:
    """A well-formed key is not enough."""
    assert site.receive(upload(site, "inbound/session-of-nobody")) is ArrivalState.REFUSED
    assert refusals(site) == ["session_unknown"]


def test_a_recording_sealed_for_another_session_is_refused(site: Site) -> None:
    """A sealed upload under another session's key does not open, and nothing of it is kept."""
    mine, theirs = site.announce().session_id, site.announce().session_id
    state = site.receive(upload(site, f"inbound/{mine}", site.sealed(RECORDING, theirs)))

    assert state is ArrivalState.REFUSED
    assert refusals(site) == ["decryption_failed"]
    assert list(site.artifacts._objects.versions("")) == []  # noqa: SLF001 # as above


def test_another_recording_for_an_accepted_session_is_refused(site: Site) -> None:
    """The first recording counts; another one is a conflict and is never mixed up with it."""
    session_id = site.announce().session_id
    key = f"inbound/{session_id}"
    site.receive(upload(site, key))
    state = site.receive(upload(site, key, b"another recording"))

    assert state is ArrivalState.REFUSED
    assert refusals(site) == ["session_conflict"]
    assert site.recording(session_id) == RECORDING


def test_removing_one_upload_leaves_its_neighbour(site: Site) -> None:
    """A session whose id begins with another's loses nothing."""
    session_id = site.announce().session_id
    neighbour = upload(site, f"inbound/{session_id}0")
    site.receive(upload(site, f"inbound/{session_id}"))

    assert site.left() == [neighbour]


def test_another_buckets_event_is_ignored(site: Site) -> None:
    """Word of a bucket that is not ours does nothing."""
    key = upload(site, f"inbound/{site.announce().session_id}")

    assert site.arrivals.receive(Announcement(f"not-{BUCKET}", ObjectKey(key))) is None
    assert site.left() == [key]


def test_a_store_that_fails_leaves_the_object_for_later(site: Site) -> None:
    """What is transient is not a refusal: the object stays, and the next listing takes it in."""
    session_id = site.announce().session_id
    key = upload(site, f"inbound/{session_id}")
    objects = site.artifacts._objects  # noqa: SLF001 # the fake store is told to fail
    assert isinstance(objects, MemoryObjectStore)
    objects.unavailable = True
    with pytest.raises(StoreUnavailableError):
        site.receive(key)
    objects.unavailable = False

    assert refusals(site) == []
    assert site.arrivals.reconcile()[ArrivalState.ACCEPTED] == 1


def test_names_given_ahead_are_beside_what_arrives(site: Site) -> None:
    """An object in the bucket has no room for names: those that the agency gave before wait for it."""
    session_id = site.announce().session_id
    Vocabularies(site.ledger, site.artifacts, KEEP).keep(session_id, ("Lamictal", "Zimba"), "test")

    site.receive(upload(site, f"inbound/{session_id}"))

    recording = taken(site.ledger, Stage.TRANSCRIBE).inputs[ArtifactKind.RECORDING]
    assert site.artifacts.read_beside(recording, Companion.VOCABULARY) == b"Lamictal\nZimba\n"
    assert site.ledger.waiting_vocabulary(session_id) is None
    assert "vocabulary_received" in events(site.ledger, "intake")
