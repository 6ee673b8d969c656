"""How an older history becomes one of today: a file for each step, run by alembic."""
