"""Clusters: failures that are alike in what was asked and in what went wrong."""
