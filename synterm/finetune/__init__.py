"""Step 4 Fine-tune: selection, guards against leaks, training formats."""
