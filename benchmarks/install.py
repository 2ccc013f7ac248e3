"""What installing takes: packages, download, disk and seconds, of synterm alone and of each extra.

``python benchmarks/install.py`` prints the table, ``--write`` puts it into docs/install.md. ``--all`` has the large
extras too, which fetch gigabytes. Packages come from your package index, from pip's cache, or from ``--house FOLDER``,
where they were fetched before; the seconds are those of installing files that are there, so that no network counts. An
extra is installed on top of synterm alone.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from support.tables import ROOT, machine, table

PAGE = ROOT / "docs" / "install.md"
EXTRAS = ("local", "analysis", "sql", "parquet", "serve", "dask")
LARGE = ("ray", "train")
_MARKED = re.compile(r"<!-- install -->\n.*?<!-- /install -->", re.DOTALL)


@dataclass(frozen=True)
class Size:
    """What an environment holds."""

    packages: int
    download: int
    """Bytes of the wheels."""
    disk: int
    """Bytes of the files, compiled bytecode among them."""
    seconds: float


def main() -> None:
    """Measure, print, and write if that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/install.md")
    parser.add_argument("--all", action="store_true", help="the large extras too: ray, train")
    parser.add_argument("--house", type=Path, metavar="FOLDER", help="wheels that were fetched before")
    args = parser.parse_args()
    load = os.getloadavg()[0]
    names = (*EXTRAS, *(LARGE if args.all else ()))
    with tempfile.TemporaryDirectory() as folder:
        wheel = built(Path(folder))
        house: Path = args.house or Path(folder) / "house"
        if not args.house:
            pip("download", "--only-binary", ":all:", "-d", house, f"{wheel}[{','.join(names)}]")
        alone = Path(folder) / "alone"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", alone], check=True)
        base = measured(alone, house, str(wheel))
        extras: dict[str, Size] = {}
        for name in names:
            place = shutil.copytree(alone, Path(folder) / name, symlinks=True)
            extras[name] = measured(place, house, f"{wheel}[{name}]")
            shutil.rmtree(place)
    said = page(base, extras, load)
    print(said)
    if args.write:
        text = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(_MARKED.sub(lambda _: f"<!-- install -->\n{said}\n<!-- /install -->", text), encoding="utf-8")


def built(folder: Path) -> Path:
    """synterm's wheel."""
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", folder / "built", ROOT)
    [wheel] = (folder / "built").iterdir()
    return wheel


def measured(place: Path, house: Path, wanted: str) -> Size:
    """An environment, once what is wanted was installed into it, of files that were fetched before.

    pip reads no settings of this machine then: those may name other places.
    """
    into = ("--python", place / "bin" / "python", "install", "--no-index", "--find-links", house)
    began = time.perf_counter()
    pip(*into, wanted, PIP_CONFIG_FILE=os.devnull, PIP_FIND_LINKS="")
    seconds = time.perf_counter() - began
    [site] = (place / "lib").glob("python*/site-packages")
    disk = sum(file.lstat().st_size for file in place.rglob("*") if file.is_file() and not file.is_symlink())
    there = {name_of(info.name) for info in site.glob("*.dist-info")}
    wheels = [*house.iterdir(), *([Path(wanted)] if wanted.endswith(".whl") else [])]
    download = sum({name_of(file.name): file.stat().st_size for file in wheels if name_of(file.name) in there}.values())
    return Size(len(there), download, disk, seconds)


def name_of(file: str) -> str:
    """The name of the package of a wheel or of what it became, whatever its spelling."""
    return re.sub(r"[-_.]+", "-", file.partition("-")[0]).casefold()


def pip(*words: str | Path, **environment: str) -> None:
    """Run pip. Raises CalledProcessError, after it said why."""
    command = [sys.executable, "-m", "pip", *words, "-qq"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, **environment})


def page(base: Size, extras: dict[str, Size], load: float) -> str:
    """The table: synterm alone, and what each extra adds to it."""
    rows = [["`synterm`", *_row(base)]]
    for name, size in extras.items():
        more = Size(size.packages - base.packages, size.download - base.download, size.disk - base.disk, size.seconds)
        rows.append([f"`[{name}]`", *_row(more, "+")])
    head = ("", "packages", "download MB", "on disk MB", "seconds to install")
    return f"{table(head, rows)}\n\n{machine()} Load when it began: {load:.1f}."


def _row(size: Size, sign: str = "") -> Sequence[str]:
    megabytes = (f"{sign}{size.download / 1e6:.1f}", f"{sign}{size.disk / 1e6:.1f}")
    return (f"{sign}{size.packages}", *megabytes, f"{size.seconds:.0f}")


if __name__ == "__main__":
    main()
