"""The workbench in a browser: who may come in, one process for each tab, and the page that draws it."""
