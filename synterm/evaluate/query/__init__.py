"""The small language in which cases are looked for: in the workbench, and with ``--where``."""
