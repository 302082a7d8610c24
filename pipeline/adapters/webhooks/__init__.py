"""Telling other programs what happened, at addresses that are checked first."""
