"""The pipeline: seeds, generators one after the other, quality filters, a check of labels, and what is kept of it."""
