"""Drift: how production traffic and its pass rate change over time, and alarms that rarely cry wolf."""
