"""What the cases of a project cover: counts, a score, holes with what fills them, and a map."""
