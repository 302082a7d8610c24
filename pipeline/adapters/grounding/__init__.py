"""Grounding verification without a model: typed checks beside a small calibrated score."""

from pipeline.adapters.grounding.verifier import GroundingVerifier

__all__ = ["GroundingVerifier"]
