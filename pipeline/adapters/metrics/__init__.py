"""Prometheus: what the ledger says of every queue, and what this process saw of its own runs."""

from pipeline.adapters.metrics.collector import LedgerCollector
from pipeline.adapters.metrics.looking import look
from pipeline.adapters.metrics.meter import RunMeter
from pipeline.adapters.metrics.serving import exposition, make_registry, serve_metrics

__all__ = ["LedgerCollector", "RunMeter", "exposition", "look", "make_registry", "serve_metrics"]
