"""Benchmarks: each prints a table and stays runnable."""
