"""A reader of nginx's configuration: what stands in which block.

    whole = read_dump(text of `nginx -T`)
    for listen in whole.find("listen"):
        listen.args, listen.parent.name, listen.path
"""
import re
from pathlib import Path

TOKEN = re.compile(r"""
    \s+ | \#[^\n]*
  | (?P<end>[;{}])
  | "(?P<double>(?:[^"\\]|\\.)*)"
  | '(?P<single>(?:[^'\\]|\\.)*)'
  | (?P<bare>(?:[^\s;{}"'\\$]|\\.|\$\{\w+\}|\$)(?:[^\s;{}\\$]|\\.|\$\{\w+\}|\$)*)
    """, re.X | re.S)


class Directive:
    """Its arguments are without quotes; children is None without a block."""

    def __init__(self, name, args, parent, is_block):
        self.name, self.args, self.parent = name, args, parent
        self.children = [] if is_block else None

    @property
    def text(self):
        return " ".join([self.name, *self.args])

    @property
    def path(self):
        """Where it stands, for messages: the texts of it and around it."""
        if not self.parent:
            return "the whole"
        above = f"{self.parent.path} > " if self.parent.parent else ""
        return above + self.text

    def __repr__(self):
        return self.path

    def own(self, *names):
        """Of these names, and here."""
        return [c for c in self.children or () if c.name in names]

    def find(self, *names):
        """Of these names, here and in blocks below."""
        for child in self.children or ():
            if child.name in names:
                yield child
            yield from child.find(*names)

    def around(self):
        """The block it stands in, the one around that, and so on."""
        block = self.parent
        while block:
            yield block
            block = block.parent

    def value(self, name):
        """The arguments of the directive that holds here, or None."""
        for block in (self, *self.around()):
            if found := block.own(name):
                return found[-1].args
        return None


def tokens(text):
    at = 0
    while at < len(text):
        found = TOKEN.match(text, at)
        if not found:
            raise ValueError(f"what is {text[at:at + 40]!r}?")
        at = found.end()
        kind = found.lastgroup
        if kind == "double" or kind == "single":
            quote = found[0][0]
            yield "word", found[kind].replace("\\" + quote, quote)
        elif kind:
            yield ("end" if kind == "end" else "word"), found[kind]


def parse(text, files=None):
    """The block around all; includes stand for what is in files by name."""
    top = Directive("", [], None, True)
    _parse_into(top, text, files or {})
    return top


def _parse_into(block, text, files):
    words, top = [], block
    for kind, token in tokens(text):
        if kind == "word":
            words.append(token)
        elif token == "}":
            if words or block is top:
                raise ValueError(f"}} after {words} in {block.path}")
            block = block.parent
        elif not words:
            raise ValueError(f"{token} after nothing in {block.path}")
        elif token == ";" and words[0] == "include" and files:
            _parse_into(block, files[Path(words[1]).name], files)
            words = []
        else:
            made = Directive(words[0], words[1:], block, token == "{")
            block.children.append(made)
            block = made if token == "{" else block
            words = []
    if words or block is not top:
        raise ValueError(f"the end after {words} in {block.path}")


def read_dump(dump):
    """What `nginx -T` prints, each part in the place of its include."""
    found = re.split(r"^# configuration file (\S+):$", dump, flags=re.M)
    files = {Path(name).name: text
             for name, text in zip(found[1::2], found[2::2])}
    return parse(files["nginx.conf"], files)


def read_directory(directory):
    """What nginx/render wrote, with the mime types of the machine."""
    files = {file.name: file.read_text() for file in directory.iterdir()}
    files["mime.types"] = Path("/etc/nginx/mime.types").read_text()
    return parse(files["nginx.conf"], files)
