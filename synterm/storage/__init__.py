"""The project file: one SQLite database. The only place that speaks SQL."""

from synterm.storage.light import import_lightly

# It would import both, where they are installed, for types that no project file holds: a tenth of a second and more.
import_lightly("sqlite_utils", without=("numpy", "pandas"))
