"""Frozen values and rules with no input or output."""
