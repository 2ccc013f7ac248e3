"""Files that become cases, in the workbench: found, read, mapped, brought in and taken back."""
