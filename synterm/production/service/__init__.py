"""The guard over HTTP: one process or several that answer, for each output they are asked about, whether it may be
given.

A module with routes has a ``routes(service)`` that gives them (`checking.py`, `status.py`), and is named in
`service.py`, which puts them together.
"""
