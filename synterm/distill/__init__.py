"""Step 3 Distill failures: triage, clusters, shrinking, boundaries, attacks."""
