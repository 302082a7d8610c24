"""Alembic's folder: how the schema came to be, one script a step."""
