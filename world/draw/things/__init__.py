"""What stands on the ground: one kernel a kind of thing, each met by a ray."""
