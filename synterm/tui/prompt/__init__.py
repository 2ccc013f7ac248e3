"""What the workbench knows of a prompt's text."""
