"""Players by identity, the rules of a game, chosen seeds, rounds played elsewhere, guesses that never came."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

DRAWN_FROM = 2**32  # seeds were drawn from 48 bits: a smaller one was chosen, but for one in 65,536


def upgrade() -> None:
    """Every round stays; what older books did not write down is concluded from what they did."""
    op.execute("DROP TABLE IF EXISTS schema_version")  # of the migrations before these
    op.execute("DROP INDEX IF EXISTS rounds_by_place")
    op.execute("DROP INDEX IF EXISTS seats_by_player")
    with op.batch_alter_table("games") as games:
        games.alter_column("game_id", existing_type=sa.Text(), nullable=False)  # SQLite's old keys may be NULL
        games.alter_column("seed", existing_type=sa.BigInteger(), nullable=True)
        games.add_column(sa.Column("seed_chosen", sa.Boolean, nullable=False, server_default=sa.false()))
        games.add_column(sa.Column("time_limit_s", sa.Integer))
        games.add_column(sa.Column("movement", sa.Text, nullable=False, server_default="no_move"))
        games.add_column(sa.Column("world_version", sa.Integer))
        games.add_column(sa.Column("origin", sa.Text, nullable=False, server_default="played"))
        games.add_column(sa.Column("fingerprint", sa.Text))
    with op.batch_alter_table("seats") as seats:
        seats.add_column(sa.Column("player_id", sa.Text))
        seats.add_column(sa.Column("rating", sa.Integer))
        seats.add_column(sa.Column("owner", sa.Text))
    _name_players()
    with op.batch_alter_table("seats") as seats:
        seats.alter_column("player_id", existing_type=sa.Text(), nullable=False)
    _tell_seeds_and_worlds()
    with op.batch_alter_table("rounds") as rounds:
        rounds.alter_column(
            "recipe", existing_type=sa.Text(), type_=sa.JSON(), nullable=True, postgresql_using="recipe::json"
        )
    with op.batch_alter_table("guesses") as guesses:
        for column in ("guess_lat", "guess_lng", "distance_km"):
            guesses.alter_column(column, existing_type=sa.Double(), nullable=True)
    op.create_index("games_by_fingerprint", "games", ["fingerprint"], unique=True)
    op.create_index("games_by_creation", "games", ["created_at"])
    unfinished = sa.text("finished_at IS NULL")
    op.create_index("games_open", "games", ["created_at"], sqlite_where=unfinished, postgresql_where=unfinished)
    op.create_index("seats_by_player", "seats", ["player_id"])
    op.create_index("guesses_by_time", "guesses", ["at"])


def _name_players() -> None:
    """Whoever gave a name is known by it; those who gave none were different people, one for each game."""
    seats = sa.table("seats", *map(sa.column, ("game_id", "player", "kind", "player_id")))
    names = sa.case(
        (seats.c.kind != "person", seats.c.kind + sa.literal(":", sa.Text) + seats.c.player),
        (seats.c.player == "Guest", sa.literal("game:", sa.Text) + seats.c.game_id),
        else_=sa.literal("name:", sa.Text) + seats.c.player,
    )
    op.execute(seats.update().values(player_id=names))


def _tell_seeds_and_worlds() -> None:
    """A recipe says which version of the simulated Earth it was drawn for; the first version did not yet say so."""
    games = sa.table("games", *map(sa.column, ("game_id", "source", "seed", "seed_chosen", "world_version")))
    rounds = sa.table("rounds", *map(sa.column, ("game_id", "round", "recipe")))
    op.execute(games.update().where(games.c.seed < DRAWN_FROM).values(seed_chosen=sa.true()))
    db = op.get_bind()
    drawn = sa.select(games.c.game_id, rounds.c.recipe).join(rounds, rounds.c.game_id == games.c.game_id)
    versions: dict[int | None, list[str]] = {}
    for game_id, recipe in db.execute(drawn.where(games.c.source == "world", rounds.c.round == 1)):
        versions.setdefault(_version_of(recipe), []).append(game_id)
    for version, ids in versions.items():
        for start in range(0, len(ids), 500):
            some = games.c.game_id.in_(ids[start : start + 500])
            db.execute(games.update().where(some).values(world_version=version))


def _version_of(recipe: str) -> int | None:
    try:
        return int(json.loads(recipe).get("world", 1))
    except (ValueError, TypeError, AttributeError):  # nobody can play it, but its guesses stay
        return None
