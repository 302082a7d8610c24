"""Signing in by a real OpenID Connect provider, honest and otherwise."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from joserfc.jwk import RSAKey

from pipeline.adapters.database.accounts import Proof
from pipeline.domain.account import Role
from pipeline.errors import SettingsInvalidError
from tests.servers.oidc import CLIENT_ID, CLIENT_SECRET, OidcServer, running_oidc
from tests.web.site import Site, make_test_site

BROWSER = {"Host": "127.0.0.1", "Accept": "text/html"}


@pytest.fixture
def provider() -> Iterator[OidcServer]:
    """Return a provider that runs."""
    with running_oidc() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path, provider: OidcServer) -> Iterator[Site]:
    """Return a site that takes this provider's word, and an account it vouches for."""
    made = make_test_site(
        tmp_path,
        identity={
            "public_url": "http://127.0.0.1:8080",
            "oidc_issuer": provider.issuer,
            "oidc_client_id": CLIENT_ID,
            "oidc_client_secret": CLIENT_SECRET,
        },
    )
    made.accounts.add("kim", [Role.OPERATOR], Proof(None, provider.issuer, "person-17"), "test")
    yield made
    made.wiring.ledger.close()


def sent_there(site: Site) -> tuple[str, str]:
    """Begin; return the provider's address and the cookie of the visit."""
    answer = site.client(**BROWSER).get("/sign-in/oidc?go_to=/account")
    assert answer.status_code == 303, answer.text
    return answer.headers["location"], answer.headers["set-cookie"].split(";")[0]


def came_back(site: Site, address: str, cookie: str) -> httpx.Response:
    """Let the provider send the browser back; return our answer."""
    back = httpx.get(address).headers["location"]
    path = back.removeprefix("http://127.0.0.1:8080")
    return site.client(**BROWSER, Cookie=cookie).get(path)


def test_a_person_the_provider_vouches_for_comes_in(site: Site) -> None:
    """There and back again, the browser has a strict cookie and is led on by a page of ours."""
    answer = came_back(site, *sent_there(site))

    cookie = answer.headers["set-cookie"]
    assert answer.status_code == 200
    assert "SameSite=strict" in cookie
    assert 'url=/account"' in answer.text
    page = site.client(**BROWSER, Cookie=cookie.split(";")[0]).get("/account")
    assert "kim" in page.text


def test_the_sign_in_page_leads_to_the_provider(site: Site) -> None:
    """The link stands beside the form for local accounts."""
    assert 'href="/sign-in/oidc?go_to=' in site.client(**BROWSER).get("/sign-in").text


def test_a_stranger_is_not_let_in(site: Site, provider: OidcServer) -> None:
    """Somebody the provider knows and the agency does not has no account, and none is made."""
    provider.subject = "person-of-nobody"

    assert came_back(site, *sent_there(site)).status_code == 401


def test_a_disabled_account_is_not_let_in(site: Site) -> None:
    """The provider's word does not let a disabled account in."""
    site.accounts.disable("kim", "test")

    assert came_back(site, *sent_there(site)).status_code == 401


def test_a_word_counts_once(site: Site) -> None:
    """The same return a second time is refused."""
    address, cookie = sent_there(site)
    path = httpx.get(address).headers["location"].removeprefix("http://127.0.0.1:8080")
    client = site.client(**BROWSER, Cookie=cookie)

    assert [client.get(path).status_code, client.get(path).status_code] == [200, 401]


def test_another_browser_cannot_use_the_return(site: Site) -> None:
    """Whoever is handed somebody else's return, without the cookie of the visit, is not signed in as them."""
    address, _ = sent_there(site)

    assert came_back(site, address, "other=1").status_code == 401


LIES: dict[str, Callable[[OidcServer], object]] = {
    "another nonce": lambda p: p.claims.update(nonce="other"),
    "no nonce": lambda p: p.claims.update(nonce=None),
    "for another client": lambda p: p.claims.update(aud="other"),
    "of another issuer": lambda p: p.claims.update(iss="http://127.0.0.1:1"),
    "out of date": lambda p: p.claims.update(exp=1_000_000_000),
    "without an end": lambda p: p.claims.update(exp=None),
    "without a subject": lambda p: p.claims.update(sub=None),
    "unsigned": lambda p: setattr(p, "algorithm", "none"),
    "signed by another key": lambda p: setattr(p, "signing_key", RSAKey.generate_key(2048)),
    "signed with the public key": lambda p: setattr(p, "algorithm", "HS256"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_word_that_does_not_hold_is_not_taken(site: Site, provider: OidcServer, lie: str) -> None:
    """A word that is not for us, not for this visit, not in time or not signed by the provider lets nobody in."""
    LIES[lie](provider)

    answer = came_back(site, *sent_there(site))

    assert (answer.status_code, "set-cookie" in answer.headers) == (401, False)


def test_a_provider_that_gives_another_name_is_not_asked(site: Site, provider: OidcServer) -> None:
    """A discovery document that names another issuer is not believed."""
    provider.issuer_said = "https://elsewhere.example"

    assert site.client(**BROWSER).get("/sign-in/oidc").status_code == 503


def test_a_provider_on_a_network_is_reached_by_https(tmp_path: Path) -> None:
    """An issuer over plain HTTP from another machine stops the site before it starts."""
    with pytest.raises(SettingsInvalidError):
        make_test_site(tmp_path, identity={"oidc_issuer": "http://provider.example", "public_url": "https://n.example"})
