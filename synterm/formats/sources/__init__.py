"""Files of other programs that cases come from: one format a file."""
