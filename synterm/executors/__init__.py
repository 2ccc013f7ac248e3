"""Evaluating beyond this process: workers of an engine that exists already (Dask, Ray) ask the models and judge.

The run stays here: its plan, its limits, its events and the project file have one owner. Only two kinds of work go to
workers, a request that is to be answered and an answer that is to be judged, and each comes back as plain JSON.
"""
