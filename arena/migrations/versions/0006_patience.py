"""How long somebody in a room of the blind experiment waits for a person at most: drawn for each, when they come in."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Who came in before had one minute."""
    with op.batch_alter_table("entries") as entries:
        entries.add_column(sa.Column("patience_s", sa.Double, nullable=False, server_default="60.0"))
