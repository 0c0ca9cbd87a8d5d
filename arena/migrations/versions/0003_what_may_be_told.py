"""Two indices by which a place or a seed is looked up before it is told, however many games are open."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Nothing in the tables changes."""
    unfinished = sa.text("finished_at IS NULL")
    op.create_index(
        "games_open_by_seed", "games", ["map", "seed"], sqlite_where=unfinished, postgresql_where=unfinished
    )
    op.create_index("rounds_by_place", "rounds", ["lat", "lng"])
