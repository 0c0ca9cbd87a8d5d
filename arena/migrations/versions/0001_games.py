"""A game, the seats at its table, its rounds, and one guess for each seat in each round."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables of the first books; those that have them already are taken as having come this far."""
    op.create_table(
        "games",
        sa.Column("game_id", sa.Text, primary_key=True),
        sa.Column("map", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("seed", sa.BigInteger, nullable=False),
        sa.Column("scale_km", sa.Double, nullable=False),
        sa.Column("rounds", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Double, nullable=False),
        sa.Column("finished_at", sa.Double),
    )
    op.create_table(
        "seats",
        sa.Column("game_id", sa.Text, sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("player", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
    )
    op.create_table(
        "rounds",
        sa.Column("game_id", sa.Text, sa.ForeignKey("games.game_id"), primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("lat", sa.Double, nullable=False),
        sa.Column("lng", sa.Double, nullable=False),
        sa.Column("country", sa.Text, nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("recipe", sa.Text, nullable=False),
        sa.Column("started_at", sa.Double),
    )
    op.create_table(
        "guesses",
        sa.Column("game_id", sa.Text, primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("guess_lat", sa.Double, nullable=False),
        sa.Column("guess_lng", sa.Double, nullable=False),
        sa.Column("distance_km", sa.Double, nullable=False),
        sa.Column("score", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Double),
        sa.Column("at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(["game_id", "round"], ["rounds.game_id", "rounds.round"]),
        sa.ForeignKeyConstraint(["game_id", "seat"], ["seats.game_id", "seats.seat"]),
    )
