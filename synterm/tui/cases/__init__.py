"""Finding, reading and changing cases."""
