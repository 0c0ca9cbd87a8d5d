"""A player: sees the screen, clicks the screen. No scoring, no training."""
