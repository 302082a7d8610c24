"""Signing in and off, and a person's own account."""
