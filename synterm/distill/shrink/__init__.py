"""Shrinking: the smallest input that still fails, and the nearest that passes."""
