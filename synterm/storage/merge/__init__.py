"""Several files of one project made into one: what each says is gathered, settled, and written as a new file."""
