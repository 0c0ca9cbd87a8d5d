"""What learns: encoder, heads, losses. Torch lives here."""
