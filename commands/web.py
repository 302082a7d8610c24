"""Serve HTTP: arrivals from the inbound bucket."""

NAME = "web"


def run() -> None:
    """Serve HTTP until told to stop."""
