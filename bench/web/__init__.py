"""How fast pages and queries answer with years of work in the database."""
