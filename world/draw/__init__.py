"""Arrays -> pixels: the compiled kernels. Knows arrays only, and imports nothing of the other rooms of this world."""
