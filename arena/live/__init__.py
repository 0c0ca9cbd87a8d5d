"""Live matches: rounds in lockstep for everyone at the table, by health or by points, and the blind experiment."""
