"""Context for prompts: documents cut into chunks, and the chunks that fit a query."""
