"""Run the migrations on the connection and in the transaction of ``scanner.store.upgrade``, then guard the tables.

A migration only adds: a column by ``op.add_column``, a table by ``op.create_table``. Alembic's batch mode copies a
table and loses its triggers; the guards are put in place again after every run all the same.
"""

from alembic import context

from scanner.store.guards import guard
from scanner.store.tables import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
    guard(connection)
