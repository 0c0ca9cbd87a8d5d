"""The game: rules, rounds, panorama sources, scorebook, statistics, its web page. Knows no model."""
