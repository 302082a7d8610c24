"""Drafters: each writes a note from a transcript behind the one port."""
