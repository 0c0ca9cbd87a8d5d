"""Scene -> arrays: where everything stands, one family a module. Knows no pixels."""
