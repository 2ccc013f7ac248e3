"""Making new cases: what the screen for it shows and is opened with."""
