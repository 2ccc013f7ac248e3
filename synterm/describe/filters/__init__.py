"""Quality filters: one per file. Each drops candidates for a stated reason."""
