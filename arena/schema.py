"""The scorebook's tables, as SQLAlchemy Core knows them. Knows no game; `arena/migrations` leads every book here.

games ── seats   who sits at the table: 0 the player who started, 1 … the others; each with a token of its own
  └───── rounds ── starts    when each seat first saw the picture: its clock
             └──── guesses   one for each seat, never changed
seats ── verdicts   after a blind match: who one thinks that the other was
rooms ── entries    of the blind experiment: who came in, and whom they were drawn to meet
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
)

metadata = MetaData()

games = Table(
    "games",
    metadata,
    Column("game_id", Text, primary_key=True),
    Column("map", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("seed", BigInteger),  # unknown for games that were played elsewhere
    Column("scale_km", Double, nullable=False),
    Column("rounds", Integer, nullable=False),
    Column("created_at", Double, nullable=False),  # all times are seconds since 1970, UTC
    Column("finished_at", Double),
    Column("seed_chosen", Boolean, nullable=False, server_default=false()),
    Column("time_limit_s", Integer),  # for a round; of a live match, that in its settings
    Column("movement", Text, nullable=False, server_default="no_move"),
    Column("world_version", Integer),
    Column("origin", Text, nullable=False, server_default="played"),
    Column("fingerprint", Text),
    Column("mode", Text, nullable=False, server_default="solo"),
    Column("told", Text, nullable=False, server_default="after_round"),
    Column("closes_at", Double),  # a day after it was created where none is said
    Column("most_seats", Integer, server_default="1"),  # of people and bots; any number where none is said
    Column("started_at", Double),  # of a live match: when everyone was ready
    Column("settings", JSON(none_as_null=True)),  # of a live match; none for all others
    Column("series_id", Text),
    Column("series_number", Integer),
    Index("games_by_series", "series_id", "series_number", unique=True),  # the next match is made once
    Index("games_by_fingerprint", "fingerprint", unique=True),
    Index("games_by_creation", "created_at"),  # the latest games, first
)
# Which games are open is asked before any truth is told, and they are few among all.
Index(
    "games_open",
    games.c.created_at,
    sqlite_where=text("finished_at IS NULL"),
    postgresql_where=text("finished_at IS NULL"),
)
# Whether a seed, or a place, may be told is asked of each that is about to be, however many games are open.
Index(
    "games_open_by_seed",
    games.c.map,
    games.c.seed,
    sqlite_where=text("finished_at IS NULL"),
    postgresql_where=text("finished_at IS NULL"),
)

seats = Table(
    "seats",
    metadata,
    Column("game_id", Text, ForeignKey("games.game_id"), primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("player", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("player_id", Text, nullable=False),
    Column("rating", Integer),
    Column("owner", Text),
    Column("token_hash", Text),
    Column("team", Integer),
    Column("ready_at", Double),  # for the start, or for the next round
    Column("seen_at", Double),
    Column("left_at", Double),  # forfeited
    Index("seats_by_player", "player_id"),  # a player's own games
    Index("seats_by_owner", "owner", "game_id", unique=True),  # nobody sits twice at one table
)

rounds = Table(
    "rounds",
    metadata,
    Column("game_id", Text, ForeignKey("games.game_id"), primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("lat", Double, nullable=False),
    Column("lng", Double, nullable=False),
    Column("country", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("recipe", JSON(none_as_null=True)),
    Column("started_at", Double),
    Index("rounds_by_place", "lat", "lng"),
)

starts = Table(
    "starts",
    metadata,
    Column("game_id", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("started_at", Double, nullable=False),
    ForeignKeyConstraint(["game_id", "round"], ["rounds.game_id", "rounds.round"]),
    ForeignKeyConstraint(["game_id", "seat"], ["seats.game_id", "seats.seat"]),
)

guesses = Table(
    "guesses",
    metadata,
    Column("game_id", Text, primary_key=True),
    Column("round", Integer, primary_key=True, autoincrement=False),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("guess_lat", Double),  # no position where the time ran out
    Column("guess_lng", Double),
    Column("distance_km", Double),
    Column("score", Integer, nullable=False),
    Column("seconds", Double),
    Column("at", Double, nullable=False),
    ForeignKeyConstraint(["game_id", "round"], ["rounds.game_id", "rounds.round"]),
    ForeignKeyConstraint(["game_id", "seat"], ["seats.game_id", "seats.seat"]),
    Index("guesses_by_time", "at"),  # the newest row tells whether a book has changed
)

verdicts = Table(
    "verdicts",
    metadata,
    Column("game_id", Text, primary_key=True),
    Column("seat", Integer, primary_key=True, autoincrement=False),
    Column("thinks", Text, nullable=False),  # "person" or "model": the opponent
    Column("was", Text, nullable=False),
    Column("at", Double, nullable=False),
    ForeignKeyConstraint(["game_id", "seat"], ["seats.game_id", "seats.seat"]),
)

rooms = Table(
    "rooms",
    metadata,
    Column("room_id", Text, primary_key=True),
    Column("owner", Text),
    Column("created_at", Double, nullable=False),
    Column("settings", JSON, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("entry_id", Text, primary_key=True),
    Column("room_id", Text, ForeignKey("rooms.room_id"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("player", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("token_hash", Text, nullable=False),  # of the seat that is coming
    Column("drawn", Text, nullable=False),  # "person" or "model", before anything was sent
    Column("left_over", Boolean, nullable=False, server_default=false()),  # nobody came: the model after all
    Column("entered_at", Double, nullable=False),
    Column("waits_s", Double, nullable=False),  # at least
    Column("patience_s", Double, nullable=False, server_default="60.0"),  # for a person, at most
    Column("seen_at", Double, nullable=False),
    Column("paired_at", Double),
    Column("game_id", Text),
    Column("seat", Integer),
    Index("entries_by_room", "room_id", "owner"),
)
