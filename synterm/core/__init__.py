"""The words of the loop as models and pure functions. Nothing here reads, writes or calls out."""
