"""What alembic runs to find its connection: one that `upgrade` has opened, inside a transaction."""

from alembic import context

from scanner.store.tables import TABLES

context.configure(connection=context.config.attributes["connection"], target_metadata=TABLES)
with context.begin_transaction():
    context.run_migrations()
