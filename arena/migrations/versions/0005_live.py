"""Live matches: settings, a common start, series, teams, presence; and the blind experiment's rooms and verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """What was played so far has no settings, and stays as it is."""
    with op.batch_alter_table("games") as games:
        games.add_column(sa.Column("started_at", sa.Double))
        games.add_column(sa.Column("settings", sa.JSON(none_as_null=True)))
        games.add_column(sa.Column("series_id", sa.Text))
        games.add_column(sa.Column("series_number", sa.Integer))
    op.create_index("games_by_series", "games", ["series_id", "series_number"], unique=True)
    with op.batch_alter_table("seats") as seats:
        seats.add_column(sa.Column("team", sa.Integer))
        seats.add_column(sa.Column("ready_at", sa.Double))
        seats.add_column(sa.Column("seen_at", sa.Double))
        seats.add_column(sa.Column("left_at", sa.Double))
    op.create_table(
        "verdicts",
        sa.Column("game_id", sa.Text, primary_key=True),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("thinks", sa.Text, nullable=False),
        sa.Column("was", sa.Text, nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(["game_id", "seat"], ["seats.game_id", "seats.seat"]),
    )
    op.create_table(
        "rooms",
        sa.Column("room_id", sa.Text, primary_key=True),
        sa.Column("owner", sa.Text),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("settings", sa.JSON, nullable=False),
    )
    op.create_table(
        "entries",
        sa.Column("entry_id", sa.Text, primary_key=True),
        sa.Column("room_id", sa.Text, sa.ForeignKey("rooms.room_id"), nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("token_hash", sa.Text, nullable=False),
        sa.Column("drawn", sa.Text, nullable=False),
        sa.Column("left_over", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("entered_at", sa.Double, nullable=False),
        sa.Column("waits_s", sa.Double, nullable=False),
        sa.Column("seen_at", sa.Double, nullable=False),
        sa.Column("paired_at", sa.Double),
        sa.Column("game_id", sa.Text),
        sa.Column("seat", sa.Integer),
    )
    op.create_index("entries_by_room", "entries", ["room_id", "owner"])
