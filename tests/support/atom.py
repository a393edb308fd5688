"""What RFC 4287 demands of an Atom feed, for the elements that we use.

Expat reads it, which takes nothing that is not well-formed. An element or an
attribute that is not in the tables here is a fault, so that who adds one
looks its rules up.
"""
import re
from datetime import datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# Children of an element: how many there must be, and how many there may be.
ONE, MAYBE, SOME, ANY = (1, 1), (0, 1), (1, None), (0, None)
CHILDREN = {
    # 4.1.1; 4.2.7: what is no entry's own may have any number of links.
    "feed": {"id": ONE, "title": ONE, "updated": ONE, "author": SOME,
             "subtitle": MAYBE, "icon": MAYBE, "logo": MAYBE, "rights": MAYBE,
             "link": ANY, "category": ANY, "entry": ANY},
    # 4.1.2: without content there must be an alternate link.
    "entry": {"id": ONE, "title": ONE, "updated": ONE, "published": MAYBE,
              "summary": MAYBE, "rights": MAYBE, "author": ANY, "link": ANY,
              "category": ANY},
    "author": {"name": ONE, "uri": MAYBE, "email": MAYBE},  # 3.2
}
ATTRIBUTES = {
    "feed": {LANG}, "link": {"href", "rel", "type", "hreflang", "title"},
    "category": {"term", "scheme", "label"}}
REQUIRED = {"link": {"href"}, "category": {"term"}}  # 4.2.7.1, 4.2.2.1
EMPTY = ("link", "category")
DATES = ("updated", "published")
ADDRESSES = ("id", "uri", "icon", "logo")
# 3.3: RFC 3339 with T and Z in upper case.
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?"
                  r"(Z|[+-]\d\d:\d\d)")
# RFC 4151, and what RFC 3986 lets stand in a path.
TAG = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9/_.-]+")


def name_of(element):
    return element.tag.removeprefix(ATOM)


def address_faults(text):
    address = urlsplit(text)
    if address.scheme == "tag":
        return [] if TAG.fullmatch(text) else [f"no tag URI: {text}"]
    if address.scheme in ("http", "https") and address.netloc \
            and re.fullmatch(r"[!-~]+", text):
        return []
    return [f"no absolute address: {text!r}"]


def date_faults(text):
    try:
        assert DATE.fullmatch(text)
        datetime.fromisoformat(text)
        return []
    except (AssertionError, ValueError):
        return [f"no date: {text!r}"]


def element_faults(element):
    """Of one element, without its children's own."""
    name, found = name_of(element), []
    allowed = CHILDREN.get(name, {})
    counts = {}
    for child in element:
        counts[name_of(child)] = counts.get(name_of(child), 0) + 1
    found += [f"{child} in {name}" for child in counts
              if child not in allowed]
    for child, (least, most) in allowed.items():
        count = counts.get(child, 0)
        if count < least or (most is not None and count > most):
            found.append(f"{count} {child} in {name}")
    given = set(element.attrib)
    found += [f"attribute {a} of {name}"
              for a in sorted(given - ATTRIBUTES.get(name, set()))]
    found += [f"{name} without {a}"
              for a in sorted(REQUIRED.get(name, set()) - given)]
    text = element.text or ""
    if name in EMPTY or allowed:
        around = text + "".join(child.tail or "" for child in element)
        if around.strip():
            found.append(f"text in {name}")
    elif not text or text != text.strip():
        found.append(f"blanks in {name}")
    elif name in DATES:
        found += date_faults(text)
    elif name in ADDRESSES:
        found += address_faults(text)
    if "href" in given:
        found += address_faults(element.get("href"))
    return found


def link_faults(place):
    """4.1.1, 4.1.2: alternates differ in type or language."""
    links = [link for link in place.findall(f"{ATOM}link")
             if link.get("rel", "alternate") == "alternate"]
    kinds = {(link.get("type"), link.get("hreflang")) for link in links}
    found = []
    if len(kinds) < len(links):
        found.append(f"alternates alike in {name_of(place)}")
    if name_of(place) == "entry" and not links:
        found.append("entry without an alternate")
    return found


def faults(body):
    """Sentences; none for a feed that is as it must be."""
    root = ElementTree.fromstring(body)
    if root.tag != f"{ATOM}feed":
        return [f"root is {root.tag}"]
    found = [fault for element in root.iter()
             for fault in element_faults(element)]
    for place in (root, *root.findall(f"{ATOM}entry")):
        found += link_faults(place)
    if not any(link.get("rel") == "self"
               for link in root.findall(f"{ATOM}link")):
        found.append("feed without a link to itself")
    ids = [element.text for element in root.iter(f"{ATOM}id")]
    found += [f"id {i} twice" for i in sorted(set(ids)) if ids.count(i) > 1]
    return found
