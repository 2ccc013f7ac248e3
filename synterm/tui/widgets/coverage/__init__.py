"""What cases cover, drawn in terminal cells."""
