"""How Sphinx makes the site of these pages: ``make docs``, or ``sphinx-build -W --keep-going -q docs build/docs``.

The pages are Markdown as GitHub shows it. What differs on the site is done here: links to files outside of this folder
become downloads, pictures follow the theme, and nothing is asked of the network, neither by the build nor by a reader.
"""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.logging import getLogger

HERE = Path(__file__).parent
ROOT = HERE.parent
LOG = getLogger(__name__)
_FETCHES = re.compile(
    r"""<(?:script|link|img|iframe|source|video|audio)\b[^>]*\b(?:src|href)=["']?(?:https?:)?//[^>]*>"""
)
_IMPORTS = re.compile(r"""(?:@import\s*|url\()\s*["']?((?:https?:)?//[^"')\s]+)""")

project = "synterm"
release = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
extensions = ["myst_parser"]
exclude_patterns = ["*.py", "__pycache__"]
highlight_language = "text"
smartquotes = False
"""Prompts and commands are shown as they are typed."""
suppress_warnings = ["misc.highlighting_failure"]
"""Examples are shortened with an ellipsis, which is no JSON."""
myst_heading_anchors = 6
"""Anchors as GitHub makes them, and a warning for one that is not there."""

html_theme = "furo"
html_title = f"synterm {release}"
html_static_path = ["site"]
html_css_files = ["synterm.css"]
html_favicon = "site/icon.svg"
html_show_copyright = False
html_copy_source = False
html_use_index = False
html_show_sourcelink = False


def _colours(theme: str) -> dict[str, str]:
    """A theme of the workbench as the variables of the site's."""
    said = tomllib.loads((ROOT / "themes" / f"{theme}.toml").read_text(encoding="utf-8"))
    colours, borders = said["colors"], said["variables"]
    return {
        "color-brand-primary": colours["primary"],
        "color-brand-content": colours["primary"],
        "color-brand-visited": colours["secondary"],
        "color-background-primary": colours["background"],
        "color-background-secondary": colours["surface"],
        "color-background-hover": colours["panel"],
        "color-background-border": borders["border-blurred"],
        "color-foreground-primary": colours["foreground"],
        "color-inline-code-background": colours["panel"],
        "synterm-accent": colours["accent"],
        "synterm-panel": colours["panel"],
    }


html_theme_options = {
    "light_css_variables": _colours("synterm-light"),
    "dark_css_variables": _colours("synterm-dark"),
}


class LinksOfTheSite(SphinxTransform):
    """What links become: those to a page by its file name have its title, and the README is the site's first page.

    Of what is in the repository and not a page, a file is downloaded, and a folder just named.
    """

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Replaces those of one page."""
        for link in [*self.document.findall(addnodes.pending_xref)]:
            target = link["reftarget"]
            path = (HERE / target).resolve()
            if link.get("refdomain") == "doc" and re.fullmatch(r"[\w-]+\.md", link.astext()):
                link.clear()
                link["refexplicit"] = False
            if path == ROOT / "README":
                link["reftarget"], link["reftargetid"] = "index", None
            elif path.is_dir():
                link.replace_self(link.children)
            elif link.get("refdomain") == "doc" and not path.is_relative_to(HERE):
                file = os.path.relpath(f"{path}.md", HERE)
                link.replace_self(addnodes.download_reference("", "", *link.children, reftarget=file))


class PicturesOfBothThemes(SphinxTransform):
    """Shows ``NAME-light`` where the reader's theme is light and ``NAME-dark`` where it is dark, whichever is named."""

    default_priority = 5

    def apply(self, **kwargs: Any) -> None:
        """Doubles those of one page that are there for both."""
        for image in [*self.document.findall(nodes.image)]:
            both = {theme: re.sub(r"-(dark|light)(?=\.\w+$)", f"-{theme}", image["uri"]) for theme in ("light", "dark")}
            image["loading"] = "lazy"
            if both["light"] == both["dark"] or not all((HERE / uri).is_file() for uri in both.values()):
                continue
            shown: list[nodes.Node] = []
            for theme, uri in both.items():
                one = image.deepcopy()
                one["uri"] = uri
                one["classes"] = [*image["classes"], f"only-{theme}"]
                shown.append(one)
            image.replace_self(shown)


def larger_on_a_click(app: Sphinx, page: str, template: str, context: dict[str, Any], document: Any) -> None:
    """Pictures of screens are wider than a page: each leads to itself."""
    if "body" in context:
        context["body"] = re.sub(
            r'<img [^>]*?src="([^"]+)"[^>]*>', r'<a class="picture" href="\1">\g<0></a>', context["body"]
        )


def without_web_fonts(app: Sphinx, error: Exception | None) -> None:
    """Pictures of the workbench name a font on a server; what the reader has will do."""
    if error is None:
        for picture in (Path(app.outdir) / "_images").glob("*.svg"):
            text = picture.read_text(encoding="utf-8")
            picture.write_text(re.sub(r"@font-face\s*\{.*?\}", "", text, flags=re.DOTALL), encoding="utf-8")


def nothing_from_elsewhere(app: Sphinx, error: Exception | None) -> None:
    """Warns of what a page would have a reader's browser fetch from other places; links are the reader's choice."""
    for page in sorted(Path(app.outdir).glob("**/*.html")):
        for tag in _FETCHES.findall(page.read_text(encoding="utf-8")):
            LOG.warning("%s fetches from elsewhere: %s", page.name, tag)
    for sheet in sorted(Path(app.outdir).glob("**/*.css")):
        for address in _IMPORTS.findall(sheet.read_text(encoding="utf-8")):
            LOG.warning("%s fetches from elsewhere: %s", sheet.name, address)


def no_network(event: str, arguments: tuple[Any, ...]) -> None:
    """Holds that a build asks nothing of anyone, on machines, too, where it can't be shut in."""
    if event in ("socket.connect", "socket.getaddrinfo"):
        raise PermissionError(f"the documentation is built without the network: {event} {arguments[-2:]}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Called by Sphinx."""
    sys.addaudithook(no_network)
    app.add_transform(LinksOfTheSite)
    app.add_transform(PicturesOfBothThemes)
    app.connect("html-page-context", larger_on_a_click)
    app.connect("build-finished", without_web_fonts)
    app.connect("build-finished", nothing_from_elsewhere)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
