-- The Compare page groups guesses by place and by player; both would scan everything without these.
CREATE INDEX rounds_by_place ON rounds (lat, lng);
CREATE INDEX seats_by_player ON seats (player, kind);
