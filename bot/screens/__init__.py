"""Page objects: what a player sees of a page and does on it, in the words of a player. No scoring, no assertions."""
