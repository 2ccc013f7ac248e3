"""The engine: plan → schedule → complete → check → record, as one stream of events."""
