"""Looking after what is here: the installation, project files, copies of them that are kept or given away."""
