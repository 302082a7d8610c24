"""Serve HTTP: word of recordings that arrive in the inbound bucket by themselves."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated

import typer

from commands.handing_in import make_doorbell
from commands.opening import open_wiring
from config.wiring import Wiring
from pipeline.arrivals import Arrivals
from workers.rounds import Rounds

NAME = "web"

_AT_ONCE = timedelta(seconds=1)


def run(
    host: Annotated[str, typer.Option(help="Address to listen on; put a TLS proxy in front.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
) -> None:
    """Serve HTTP until told to stop: bucket notifications; beside it the queue is polled and the bucket listed."""
    import uvicorn

    from config.arrivals import make_arrivals
    from web.api.arrivals import arrivals_router
    from web.app import make_app

    wiring = open_wiring()
    arrivals = make_arrivals(wiring, make_doorbell(wiring))
    token = wiring.settings.arrivals.token
    routers = [] if token is None else [arrivals_router(arrivals.receive, token.get_secret_value())]
    app = make_app(routers, lambda: wiring.ledger.sessions(limit=1))
    with _listening(wiring, arrivals):
        uvicorn.run(app, host=host, port=port, log_config=None, access_log=False)


@contextmanager
def _listening(wiring: Wiring, arrivals: Arrivals) -> Iterator[None]:
    """List the bucket now and then, and poll the queue where there is one, until the block ends."""
    from config.arrivals import make_queue_poller

    rounds = [Rounds("reconcile", wiring.settings.arrivals.reconcile, arrivals.reconcile)]
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
