"""Serve HTTP: pages and the interface for programs; word of recordings that arrive by themselves."""

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from commands.handing_in import make_doorbell
from commands.opening import open_wiring
from config.wiring import Wiring
from pipeline.arrivals import Arrivals
from pipeline.ports import Doorbell
from workers.rounds import Rounds

if TYPE_CHECKING:
    # FastAPI takes a while to import, and most commands never need it.
    from web.site import Site


_AT_ONCE = timedelta(seconds=1)
_HOUSEKEEPING = timedelta(minutes=1)
#: How long requests in progress may take once told to stop; an open dashboard would go on for ever.
_ENDS_SECONDS = 10


def run(
    host: Annotated[str, typer.Option(help="Address to listen on; put a TLS proxy in front.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8080,
) -> None:
    """Serve HTTP until told to stop; where there is an inbound bucket, list it and poll its queue beside that."""
    require_free(host, port)
    wiring = open_wiring()
    serve(wiring, make_doorbell(wiring), host, port)


def require_free(host: str, port: int) -> None:
    """Raise a usage error where nothing can listen at the address; the server would end without a word."""
    try:
        with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET):
            pass
    except OSError as error:
        raise typer.BadParameter(f"nothing can listen at {host}, port {port}: {error.strerror}") from None


def serve(wiring: Wiring, doorbell: Doorbell, host: str, port: int) -> None:
    """Serve a deployment until told to stop."""
    import uvicorn

    from config.arrivals import make_arrivals
    from web.api.arrivals import arrivals_router
    from web.site import make_site

    arrivals = make_arrivals(wiring, doorbell) if wiring.settings.store.inbound_bucket else None
    token = wiring.settings.arrivals.token
    routers = []
    if arrivals is not None and token is not None:
        routers.append(arrivals_router(arrivals.receive, token.get_secret_value()))
    site = make_site(wiring, doorbell, routers)
    with _beside(wiring, arrivals, site), _measured(wiring):
        uvicorn.run(
            site.app,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_ENDS_SECONDS,
        )


def _measured(wiring: Wiring) -> AbstractContextManager[None]:
    """Tell Prometheus what the ledger says, until the block ends."""
    from pipeline.adapters.database.sql_watch import SqlWatch
    from pipeline.adapters.metrics import LedgerCollector, look, make_registry, serve_metrics

    collector = LedgerCollector(partial(look, wiring.ledger, SqlWatch(wiring.ledger.database)))
    return serve_metrics(make_registry(collector), wiring.settings.metrics.host, wiring.settings.metrics.port)


@contextmanager
def _beside(wiring: Wiring, arrivals: Arrivals | None, site: "Site") -> Iterator[None]:
    """Keep house; list the bucket now and then, and poll the queue, where there are any, until the block ends."""
    from config.arrivals import make_queue_poller

    rounds = [
        Rounds("housekeeping", _HOUSEKEEPING, site.keep_house),
        Rounds("webhooks", wiring.settings.webhooks.poll, site.deliveries.deliver_due),
    ]
    if arrivals is not None:
        rounds.append(Rounds("reconcile", wiring.settings.arrivals.reconcile, arrivals.reconcile))
        poller = make_queue_poller(wiring, arrivals)
        if poller is not None:
            rounds.append(Rounds("queue", _AT_ONCE, poller.poll))
    for each in rounds:
        each.start()
    try:
        yield
    finally:
        for each in rounds:
            each.stop()
