"""The purge stage's certificate."""

import json

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.session import Stage
from pipeline.stages.purge import purge
from tests.fakes import FixedClock, MemoryArtifacts, ReversingSigner, ScriptedLedger, a_lease


def test_a_certificate_says_what_it_cannot_reach() -> None:
    """The certificate names each kind that was deleted and, beside it, the copies that no purge can reach."""
    lease = a_lease(Stage.PURGE, due=(ArtifactKind.RECORDING,))

    purged = purge(
        lease, ledger=ScriptedLedger(), artifacts=MemoryArtifacts(), signer=ReversingSigner(), clock=FixedClock()
    )
    body = json.loads(purged.certificate.body)

    assert [row["kind"] for row in body["deleted"]] == ["recording"]
    assert any("backups" in place for place in body["out_of_reach"])
