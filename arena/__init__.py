"""The game: rules, rounds, panorama sources, scorebook, statistics, web page. Knows no model and no dashboard."""
