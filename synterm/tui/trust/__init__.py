"""Whether the open project is trusted, and what the workbench says of it."""
