"""Matches: a mode, a rule for when the truth is told, an end, seats with tokens, and a clock for each seat."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Every game that was played had one seat beside the model's: its clock becomes that seat's."""
    with op.batch_alter_table("games") as games:
        games.add_column(sa.Column("mode", sa.Text, nullable=False, server_default="solo"))
        games.add_column(sa.Column("told", sa.Text, nullable=False, server_default="after_round"))
        games.add_column(sa.Column("closes_at", sa.Double))
        games.add_column(sa.Column("most_seats", sa.Integer, server_default="1"))
    with op.batch_alter_table("seats") as seats:
        seats.add_column(sa.Column("token_hash", sa.Text))
    op.create_index("seats_by_owner", "seats", ["owner", "game_id"], unique=True)
    op.create_table(
        "starts",
        sa.Column("game_id", sa.Text, primary_key=True),
        sa.Column("round", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seat", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("started_at", sa.Double, nullable=False),
        sa.ForeignKeyConstraint(["game_id", "round"], ["rounds.game_id", "rounds.round"]),
        sa.ForeignKeyConstraint(["game_id", "seat"], ["seats.game_id", "seats.seat"]),
    )
    _start_clocks()
    _tell_tables_of_many()


def _start_clocks() -> None:
    rounds = sa.table("rounds", *map(sa.column, ("game_id", "round", "started_at")))
    seats = sa.table("seats", *map(sa.column, ("game_id", "seat")))
    starts = sa.table("starts", *map(sa.column, ("game_id", "round", "seat", "started_at")))
    seen = (
        sa.select(rounds.c.game_id, rounds.c.round, seats.c.seat, rounds.c.started_at)
        .join(seats, sa.and_(seats.c.game_id == rounds.c.game_id, seats.c.seat == 0))
        .where(rounds.c.started_at.is_not(None))
    )
    op.execute(starts.insert().from_select(["game_id", "round", "seat", "started_at"], seen))


def _tell_tables_of_many() -> None:
    """Games from elsewhere may have had several people at the table."""
    games = sa.table("games", *map(sa.column, ("game_id", "origin", "mode", "most_seats")))
    seats = sa.table("seats", *map(sa.column, ("game_id", "kind")))
    people = (
        sa.select(sa.func.count())
        .select_from(seats)
        .where(seats.c.game_id == games.c.game_id, seats.c.kind != "model")
        .scalar_subquery()
    )
    several = sa.and_(games.c.origin == "imported", people > 1)
    op.execute(games.update().where(several).values(mode="duel", most_seats=people))
