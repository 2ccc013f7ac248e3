"""Training files as other people's tools read them, a module for each format."""
