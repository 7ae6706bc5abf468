"""Two sides held against each other: pairs of cases, tested and decided. Reports write it, gates read it."""
