"""A port of the loopback that is free right now."""

import socket


def free_port() -> int:
    """Return the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
