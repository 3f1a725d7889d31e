"""Feeds: what changed, as Atom and as its JSON twin.

Entries are chapters already told; their HTML is rendered by the caller. Ids never change: they follow from the trial
and the number of the version alone.

Source: RFC 4287 (Atom), https://www.rfc-editor.org/rfc/rfc4287; JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree as ET

from watcher.pages.page_model import REGISTRY_URL
from watcher.pages.recent_versions import MOST_ENTRIES
from watcher.pages.trial_timeline import TimelineEntry
from watcher.rendering.escape import cut, plain

_ATOM = "http://www.w3.org/2005/Atom"
_OURS = uuid.UUID("6f9f6a52-7f0b-5d7f-9a55-1d3a3a6f9c11")
_AUTHOR = "Trial watcher"
_ABOUT = (
    f"What changed in clinical trials on ClinicalTrials.gov, the newest {MOST_ENTRIES} changes; not endorsed by NLM, "
    "not medical advice."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: a chapter and the same as HTML."""

    chapter: TimelineEntry
    html: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """One feed.

    Attributes:
        key: What it is about, the same for ever: `all`, `watch back pain`, `NCT07555496`.
        title: For people.
        page: The page it belongs to, below the site: `trials/NCT07555496.html`.
        file: Its own file name below the site, without suffix: `trials/NCT07555496`.
        entries: Newest first; at most `MOST_ENTRIES` are written.
        since: When nothing is in it yet, the day it counts as updated.
    """

    key: str
    title: str
    page: str
    file: str
    entries: tuple[Entry, ...]
    since: datetime

    @property
    def updated(self) -> str:
        """When it last changed, RFC 3339."""
        if self.entries:
            return self.entries[0].chapter.seen_at
        return self.since.isoformat(timespec="seconds").replace("+00:00", "Z")


def atom(feed: Feed, url: str) -> str:
    """Write a feed as Atom.

    Args:
        feed: The feed.
        url: Address of the site without a slash at its end; empty when not known: entries then link to the registry.

    Returns:
        A whole XML document.
    """
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    _text(root, "id", _id("feed", feed.key))
    _text(root, "title", plain(feed.title))
    _text(root, "subtitle", _ABOUT)
    _text(root, "updated", feed.updated)
    _text(ET.SubElement(root, f"{{{_ATOM}}}author"), "name", _AUTHOR)
    _text(root, "generator", _AUTHOR)
    if url:
        _link(root, "self", f"{url}/{feed.file}.xml", "application/atom+xml")
        _link(root, "alternate", f"{url}/{feed.page}", "text/html")
    for entry in feed.entries[:MOST_ENTRIES]:
        chapter = entry.chapter
        node = ET.SubElement(root, f"{{{_ATOM}}}entry")
        _text(node, "id", _entry_id(chapter))
        _text(node, "title", _title(chapter))
        _text(node, "updated", chapter.seen_at)
        _text(node, "published", chapter.seen_at)
        _link(node, "alternate", _address(chapter, url), "text/html")
        ET.SubElement(node, f"{{{_ATOM}}}category", term=chapter.level)
        _text(node, "content", entry.html).set("type", "html")
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def json_feed(feed: Feed, url: str) -> str:
    """Write a feed as JSON Feed 1.1; arguments as for `atom`."""
    found: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": plain(feed.title),
        "description": _ABOUT,
        "authors": [{"name": _AUTHOR}],
        "language": "en",
    }
    if url:
        found |= {"home_page_url": f"{url}/{feed.page}", "feed_url": f"{url}/{feed.file}.json"}
    found["items"] = [
        {
            "id": _entry_id(entry.chapter),
            "url": _address(entry.chapter, url),
            "external_url": REGISTRY_URL.format(entry.chapter.nct_id),
            "title": _title(entry.chapter),
            "content_html": entry.html,
            "date_published": entry.chapter.seen_at,
            "date_modified": entry.chapter.seen_at,
            "tags": [entry.chapter.level, entry.chapter.nct_id],
        }
        for entry in feed.entries[:MOST_ENTRIES]
    ]
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _id(*parts: object) -> str:
    return uuid.uuid5(_OURS, " ".join(map(str, parts))).urn


def _entry_id(chapter: TimelineEntry) -> str:
    return _id("version", chapter.nct_id, chapter.seq)


def _title(chapter: TimelineEntry) -> str:
    return cut(f"{chapter.name}: {chapter.headline}", 240)


def _address(chapter: TimelineEntry, url: str) -> str:
    if not url:
        return REGISTRY_URL.format(chapter.nct_id)
    return f"{url}/trials/{chapter.nct_id}.html#v{chapter.seq}"


def _text(parent: ET.Element, name: str, text: str) -> ET.Element:
    node = ET.SubElement(parent, f"{{{_ATOM}}}{name}")
    node.text = text
    return node


def _link(parent: ET.Element, rel: str, href: str, kind: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}link", rel=rel, href=href, type=kind)
