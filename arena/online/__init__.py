"""Maps of real 360° photos that online services lend, each only where the person of this machine asked for it."""
