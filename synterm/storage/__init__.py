"""The project file: one SQLite database. The only place that speaks SQL."""
