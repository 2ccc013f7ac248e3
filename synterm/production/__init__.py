"""Step 5 Production: the inbox of traffic, drift, the guard."""
