"""``synterm schema``: the JSON Schema of the documents that go in and come out."""

from __future__ import annotations

import argparse
import json
from importlib import import_module

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from synterm.cli.output import data

HELP = "Print the JSON Schema (2020-12) of a document: what --json writes, and what the text forms may hold."

EXAMPLES = """\
examples:
  synterm schema run > run.schema.json
  synterm schema project"""

WRITTEN: dict[str, str] = {
    "run": "synterm.core.report:RunDocument",
    "compare": "synterm.core.comparison:CompareReport",
    "distill": "synterm.core.distill:DistillReport",
    "drift": "synterm.core.drift:DriftReport",
    "training": "synterm.core.training:TrainingReport",
    "tree": "synterm.reports.listings:TreeList",
    "cases": "synterm.reports.listings:CaseList",
    "duplicates": "synterm.describe.duplicate_list:DuplicateList",
    "gates": "synterm.reports.listings:GateList",
    "prompts": "synterm.reports.listings:PromptList",
    "checks": "synterm.reports.listings:CheckTypeList",
    "models": "synterm.reports.listings:ModelList",
    "documents": "synterm.reports.listings:DocumentList",
    "runs": "synterm.reports.listings:RunList",
    "imports": "synterm.reports.imports:ImportList",
    "coverage": "synterm.core.coverage:CoverageReport",
    "generations": "synterm.reports.generation:GenerationList",
    "generation": "synterm.reports.generation:GenerationDocument",
    "effect": "synterm.describe.effect_list:EffectDocument",
    "history": "synterm.reports.history:HistoryDocument",
    "trends": "synterm.reports.trends:TrendList",
    "baselines": "synterm.reports.baselines:BaselineList",
    "drafts": "synterm.formats.draft_rows:DraftList",
    "verdicts": "synterm.formats.verdict_export:VerdictList",
    "calibration": "synterm.reports.calibration:CalibrationList",
    "verdict_import": "synterm.formats.verdict_report:ImportReport",
    "import": "synterm.formats.import_report:CaseImportReport",
    "log_import": "synterm.production.intake_report:LogImportReport",
    "usable": "synterm.reports.usable:UsableList",
    "trial": "synterm.reports.trial:TrialDocument",
    "merge": "synterm.core.merging:MergeReport",
    "diff": "synterm.reports.difference.shapes:ProjectDiff",
    "manifest": "synterm.core.manifest:Manifest",
    "manifests": "synterm.core.manifest:ManifestList",
    "set_aside": "synterm.core.setting_aside:SetAside",
    "inbox": "synterm.core.inbox:InboxReport",
    "call": "synterm.core.inbox:CallDocument",
    "promotion": "synterm.core.inbox:PromotionReport",
    "tunings": "synterm.reports.tunings:TuningList",
    "guard": "synterm.core.guarding:GuardVerdict",
    "share": "synterm.core.sharing:ShareReport",
    "doctor": "synterm.core.health:HealthReport",
    "trust": "synterm.reports.trust:TrustDocument",
    "settings": "synterm.settings:Settings",
    "version": "synterm.care.about:About",
}
"""The documents that come out: where the model of each is."""
READ: dict[str, str] = {
    "project": "synterm.formats.project_form:ProjectForm",
    "case": "synterm.formats.case_text:CaseText",
    "verdict": "synterm.formats.verdict_form:VerdictForm",
}
"""Those that go in."""
_LISTINGS = (
    "synterm.reports.listings:",
    "synterm.reports.generation:",
    "synterm.reports.trends:",
    "synterm.reports.imports:",
    "synterm.describe.duplicate_list:",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `synterm schema`."""
    names = (*WRITTEN, *READ)
    listed = ", ".join(name for name, place in WRITTEN.items() if place.startswith(_LISTINGS) and name != "generation")
    written = (
        f"what comes out: run, compare, coverage, distill, diff, merge, import and log_import (with --json), "
        f"those of synterm ls ({listed}), history, baselines, generation and effect (synterm generate), verdicts, "
        "calibration, drafts and verdict_import (synterm review), usable (synterm models --json), trial (with --test), "
        "manifest and manifests (synterm export), training (synterm finetune --json), "
        "tunings (synterm finetune --jobs), inbox, call, promotion and drift (synterm inbox), "
        "guard (a verdict), share, doctor, trust, settings, version (synterm --version --json)"
    )
    read = "; what goes in: project (a text form), case and verdict (a line of a JSONL file)"
    parser.add_argument("name", metavar="NAME", choices=names, help=written + read)


def run(args: argparse.Namespace) -> int:
    """Write the schema."""
    mode: JsonSchemaMode = "serialization" if args.name in WRITTEN else "validation"
    module, _, name = {**WRITTEN, **READ}[args.name].partition(":")
    shape = TypeAdapter(getattr(import_module(module), name)).json_schema(mode=mode)
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **shape}
    data(json.dumps(schema, indent=2))
    return 0
