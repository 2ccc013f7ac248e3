"""What the grid shows: rows, columns and verdicts, and live mode, which keeps them fresh."""
