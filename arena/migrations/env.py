"""What Alembic runs around the migrations: on the connection, and in the transaction, that `open_database` holds."""

from alembic import context

from arena.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite changes a column by copying its table
)
with context.begin_transaction():
    context.run_migrations()
