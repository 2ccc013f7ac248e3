"""What differs between two projects, by meaning."""
