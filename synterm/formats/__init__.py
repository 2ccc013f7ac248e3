"""Import and export: the text form of a project, and lists of cases."""
