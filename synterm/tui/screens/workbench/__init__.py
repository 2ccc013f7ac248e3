"""The workbench's screen, a file for each thing that it does."""
