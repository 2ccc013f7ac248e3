"""What each word of a command line can be: by its option, or by what the help calls its value."""

from __future__ import annotations

import argparse

PROJECT, FILE, FOLDER, TEXT = "project", "file", "folder", "text"

FREE = frozenset(
    "N K R S L C E B F ID U USD MS I/N LR M CC D STRING QUERY DIGEST WHEN URL NAME HOST PORT BYTES DAYS RATE SHARE "
    "WINDOW WORDS COLUMN VARIABLE=COLUMN NAME=VALUE INPUT/OUTPUT GATE HOLE CLUSTER IMPORT FEATURE MODEL".split()
)
"""Values that nobody can list: numbers, times, new names, words of one's own."""

_BY_VALUE = {
    "PROJECT": PROJECT,
    "OUT": PROJECT,
    "FILE": FILE,
    "FOLDER": FOLDER,
    "TEXT": TEXT,
    "'INPUT -> ANSWER'": TEXT,
    "[GLOB=]TEXT": TEXT,
    "JSON": "check",
    "GLOB": "node",
    "B": "node",
    "PATH": "node",
    "SCENARIO": "scenario",
    "FEATURE/NAME": "node",
    "FEATURE/BEHAVIOR/NAME": "node",
    "NAME[@VERSION]": "prompt",
    "NAME[@V]": "prompt",
    "PROMPT[@V][·MODEL]": "prompt",
    "MODEL": "model",
    "T": "tag",
    "A,B": "tag",
    "CASE": "case",
    "CASE=TYPE": "case",
    "CLUSTER|CASE": "case",
    "ID|QUERY": "case",
    "CALL": "call",
    "CALL|CLUSTER": "call",
    "RUN": "run",
    "GENERATOR": "generator",
    "FILTER": "filter",
    "FILTER:THRESHOLD": "filter",
    "DIMENSION": "dimension",
    "PART": "part",
    "KINDS": "mask",
    "SOURCES": "positives",
    "VARIABLE": "variable",
}
_BY_OPTION = {
    "--attack": "attack",
    "--api-key-env": "variable",
    "--token-env": "variable",
    "--baseline": "baseline",
    "--bind": "variable",
    "--case": "case",
    "--effect": "generation",
    "--generation": "generation",
    "--run": "run",
    "--test": "model",
    "--trainer": "trainer",
    "--model": "model",
}
_BY_PLACE = {
    ("synterm add PROJECT model", "--model"): "family",
    ("synterm baseline PROJECT rm", "name"): "baseline",
    ("synterm baseline PROJECT set", "name"): "baseline",
    ("synterm baseline PROJECT show", "name"): "baseline",
    ("synterm compare", "--fail-on"): "compare-fail-on",
    ("synterm compare", "after"): "side",
    ("synterm compare", "before"): "side",
    ("synterm demo", "path"): PROJECT,
    ("synterm diff", "after"): FILE,
    ("synterm diff", "before"): FILE,
    ("synterm edit PROJECT case", "target"): "case",
    ("synterm edit PROJECT model", "--model"): "family",
    ("synterm edit PROJECT model", "target"): "model",
    ("synterm export", "--base"): "",
    ("synterm export", "--format"): "written",
    ("synterm finetune", "--base"): "",
    ("synterm generate", "--undo"): "generation",
    ("synterm history", "run"): "run-or-prune",
    ("synterm import", "--format"): "read",
    ("synterm inbox", "--against"): "drift-against",
    ("synterm inbox", "--fail-on"): "drift-fail-on",
    ("synterm merge", "files"): PROJECT,
    ("synterm models", "words"): "project-or-pull",
    ("synterm new", "--sample"): "sample",
    ("synterm report", "--against"): "side",
    ("synterm rm", "names"): "of-kind",
    ("synterm run", "--against"): "side",
    ("synterm run", "--fail-on"): "fail-on",
    ("synterm show", "name"): "of-kind",
}
"""Where neither the option nor the name of its value says it."""
LISTS = frozenset(("tag-list", "mask", "positives", "fail-on", "compare-fail-on", "drift-fail-on"))
"""Several of these stand in one word, with commas between."""


def kind_of(prog: str, action: argparse.Action) -> str:
    """The kind of value that an action takes; empty where there is nothing to list."""
    named = action.option_strings or [action.dest]
    for name in named:
        if (kind := _BY_PLACE.get((prog, name))) is not None:
            return kind
    for name in named:
        if name in _BY_OPTION:
            return _BY_OPTION[name]
    kind = _BY_VALUE.get(value_of(action), "")
    return "tag-list" if value_of(action) == "A,B" else kind


def value_of(action: argparse.Action) -> str:
    """What the help calls the first value of an action."""
    metavar = action.metavar
    return metavar[0] if isinstance(metavar, tuple) else metavar or action.dest.upper()
