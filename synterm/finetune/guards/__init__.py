"""Guards: what may not go into a training set, one file for each, and no way around those against leaks."""
