"""Checks: what judges an answer. One small file each."""
