"""Verdicts against people's labels and against injected errors."""
