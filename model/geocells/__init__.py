"""How the Earth is cut up into cells: procedures that partition, one table format for all."""
