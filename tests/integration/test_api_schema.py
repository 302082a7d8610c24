"""The interface held against its own description, with what nobody thought of, once as every role."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks

from pipeline.domain.account import Role
from tests.factories import accepted_session, make_session
from tests.web.site import Site, make_test_site

#: What a description can promise of any answer; which inputs are refused is tested by name elsewhere.
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
_BOUNDED = settings(
    max_examples=4,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Return a site with a few sessions."""
    folder: Path = tmp_path_factory.mktemp("site")
    made = make_test_site(folder, api={"requests_per_minute": 1_000_000})
    for _ in range(3):
        accepted_session(made.wiring.ledger, make_session())
    yield made
    made.wiring.ledger.close()


@pytest.mark.slow
@pytest.mark.parametrize("role", Role)
def test_every_answer_is_as_described(site: Site, role: Role) -> None:
    """Whatever is sent by whomever, no request breaks the server, and each answer has a described form."""
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", site.app)
    headers = {"Authorization": f"Bearer {site.token(role)}"}
    operations = [result.ok() for result in schema.get_all_operations()]

    for operation in operations:

        @settings(_BOUNDED)
        @given(case=operation.as_strategy())
        def hold(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=CHECKS)

        hold()

    assert len(operations) >= 25
