"""Gates: whether what a run found is good enough."""
