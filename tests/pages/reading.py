"""Pages read as a browser reads them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import html5lib

Node = ET.Element


@dataclass
class Pages:
    """A folder of pages, and the folder of the installation that made them."""

    folder: Path
    work: Path

    @cached_property
    def html(self) -> dict[str, Node]:
        """Give every page, by its path below the folder; a page that is no valid HTML fails here."""
        return {str(path.relative_to(self.folder)): parse(path.read_text()) for path in self.folder.rglob("*.html")}

    def trial(self, nct_id: str) -> Node:
        return self.html[f"trials/{nct_id}.html"]

    def text(self, name: str) -> str:
        return (self.folder / name).read_text()


def parse(page: str) -> Node:
    """Parse a page strictly: any error of the HTML standard's parser is one here."""
    parser: Any = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    found: Node = parser.parse(page)
    return found


def said(node: Node | None) -> str:
    """Give a node's text, blanks collapsed."""
    assert node is not None
    return " ".join(" ".join(node.itertext()).split())


def by_id(page: Node, name: str) -> Node:
    found = page.find(f".//*[@id='{name}']")
    assert found is not None, name
    return found
