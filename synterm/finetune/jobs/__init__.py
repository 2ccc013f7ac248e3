"""Training at a provider: what is sent, the job there, and the model that comes of it."""
