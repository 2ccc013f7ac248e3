"""The guard over HTTP: one process or several that answer, for each output they are asked about, whether it may be
given.

Each module with routes has a ``routes(service)`` that gives them; `service.py` puts them together.
"""
