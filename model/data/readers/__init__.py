"""Public data sets as they are handed out: their tables, their names of columns, their archives. Knows no pixels."""
