-- A game, the seats at its table, its rounds, and one guess for each seat in each round.
CREATE TABLE games (
    game_id TEXT PRIMARY KEY,
    map TEXT NOT NULL,
    source TEXT NOT NULL,
    seed BIGINT NOT NULL,
    scale_km DOUBLE PRECISION NOT NULL,
    rounds INTEGER NOT NULL,
    created_at DOUBLE PRECISION NOT NULL,
    finished_at DOUBLE PRECISION
);
CREATE TABLE seats (
    game_id TEXT NOT NULL REFERENCES games (game_id),
    seat INTEGER NOT NULL,
    player TEXT NOT NULL,
    kind TEXT NOT NULL,
    PRIMARY KEY (game_id, seat)
);
CREATE TABLE rounds (
    game_id TEXT NOT NULL REFERENCES games (game_id),
    round INTEGER NOT NULL,
    lat DOUBLE PRECISION NOT NULL,
    lng DOUBLE PRECISION NOT NULL,
    country TEXT NOT NULL,
    label TEXT NOT NULL,
    recipe TEXT NOT NULL,
    started_at DOUBLE PRECISION,
    PRIMARY KEY (game_id, round)
);
CREATE TABLE guesses (
    game_id TEXT NOT NULL,
    round INTEGER NOT NULL,
    seat INTEGER NOT NULL,
    guess_lat DOUBLE PRECISION NOT NULL,
    guess_lng DOUBLE PRECISION NOT NULL,
    distance_km DOUBLE PRECISION NOT NULL,
    score INTEGER NOT NULL,
    seconds DOUBLE PRECISION,
    at DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (game_id, round, seat),
    FOREIGN KEY (game_id, round) REFERENCES rounds (game_id, round),
    FOREIGN KEY (game_id, seat) REFERENCES seats (game_id, seat)
);
