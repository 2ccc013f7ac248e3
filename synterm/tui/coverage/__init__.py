"""What cases cover, in words and figures."""
