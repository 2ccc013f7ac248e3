"""``synterm schema``: the JSON Schema of the documents that go in and come out."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode

from synterm.cli.output import data

HELP = "Print the JSON Schema (2020-12) of a document: what --json writes, and what the text forms may hold."

EXAMPLES = """\
examples:
  synterm schema run > run.schema.json
  synterm schema project"""

_WRITTEN: dict[str, str] = {
    "run": "synterm.core.report:RunDocument",
    "tree": "synterm.reports.listings:TreeList",
    "cases": "synterm.reports.listings:CaseList",
    "prompts": "synterm.reports.listings:PromptList",
    "models": "synterm.reports.listings:ModelList",
    "documents": "synterm.reports.listings:DocumentList",
    "runs": "synterm.reports.listings:RunList",
    "usable": "synterm.reports.usable:UsableList",
    "settings": "synterm.settings:Settings",
}
_READ: dict[str, str] = {
    "project": "synterm.formats.project_form:ProjectForm",
    "case": "synterm.formats.case_text:CaseText",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm schema`."""
    names = (*_WRITTEN, *_READ)
    written = (
        "what comes out: run (synterm run --json), usable (synterm models --json), settings, and those of synterm ls: "
    )
    read = "; what goes in: project (a text form), case (a line of a JSONL file)"
    parser.add_argument("name", metavar="NAME", choices=names, help=f"{written}{', '.join([*_WRITTEN][1:7])}{read}")


def run(args: argparse.Namespace) -> int:
    """Write the schema."""
    mode: JsonSchemaMode = "serialization" if args.name in _WRITTEN else "validation"
    module, _, name = {**_WRITTEN, **_READ}[args.name].partition(":")
    model: type[BaseModel] = getattr(import_module(module), name)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema(mode=mode)}
    data(json.dumps(schema, indent=2))
    return 0
