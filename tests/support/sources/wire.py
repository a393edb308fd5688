"""Requests as a source's server hears them, and replies as it sends them.

A reply can be held back, dripped, cut off or sent in chunks, since that is
what happens to replies between there and here.
"""
import dataclasses
import datetime
import gzip
import hashlib
import json
import threading
import time
import urllib.parse


@dataclasses.dataclass
class Request:
    source: str
    method: str
    path: str  # without the source's prefix
    query: dict
    headers: dict  # names in lower case
    body: bytes
    at: float = dataclasses.field(default_factory=time.monotonic)

    @property
    def document(self):
        return json.loads(self.body)

    def first(self, name, default=None):
        return self.query.get(name, [default])[0]


@dataclasses.dataclass
class Gate:
    """A reply stops half way until the test opens it."""
    reached: threading.Event = dataclasses.field(
        default_factory=threading.Event)
    opened: threading.Event = dataclasses.field(
        default_factory=threading.Event)


@dataclasses.dataclass
class Reply:
    status: int = 200
    body: object = b""  # bytes, or (size, function that yields pieces)
    type: str = "application/json"
    headers: dict = dataclasses.field(default_factory=dict)
    how: str = "whole"  # whole, chunked, endless, drop or drip
    gate: Gate = None

    def text(self):
        return self.body.decode("utf-8")

    def document(self):
        return json.loads(self.body)

    def having(self, **changes):
        return dataclasses.replace(self, **changes)


def as_json(document, **more):
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return Reply(body=text.encode("utf-8"),
                 type="application/json;charset=utf-8", **more)


def as_csv(rows, **more):
    """Cells are quoted where they have to be, as RFC 4180 says."""
    def cell(value):
        text = str(value)
        return '"' + text.replace('"', '""') + '"' \
            if any(mark in text for mark in ',"\n') else text
    text = "".join(",".join(map(cell, row)) + "\n" for row in rows)
    return Reply(body=text.encode("utf-8"), type="text/csv", **more)


CHANGED = datetime.datetime(2026, 11, 2, 8, 30, tzinfo=datetime.timezone.utc)


def validators(reply):
    """How a server marks a body, to be asked about it again."""
    return {"ETag": f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"',
            "Last-Modified": CHANGED.strftime("%a, %d %b %Y %H:%M:%S GMT")}


def is_known(request, marks):
    asked = request.headers.get("if-none-match")
    if asked is not None:
        return asked == marks["ETag"]
    return request.headers.get("if-modified-since") == marks["Last-Modified"]


def zipped(reply):
    return reply.having(body=gzip.compress(reply.body),
                        headers={**reply.headers, "Content-Encoding": "gzip"})


def parse(source, method, target, headers, body):
    address = urllib.parse.urlsplit(target)
    return Request(source, method, address.path,
                   urllib.parse.parse_qs(address.query,
                                         keep_blank_values=True),
                   {name.lower(): value for name, value in headers.items()},
                   body)


def send(handler, reply, stopped):
    """Writes a reply by a BaseHTTPRequestHandler, in the way it asks for."""
    size, pieces = reply.body if isinstance(reply.body, tuple) else (
        len(reply.body), lambda: halves(reply.body))
    handler.send_response(reply.status)
    if reply.status != 304:
        handler.send_header("Content-Type", reply.type)
        if reply.how == "chunked":
            handler.send_header("Transfer-Encoding", "chunked")
        elif reply.how == "endless":  # its end is that of the connection
            handler.send_header("Connection", "close")
        else:
            handler.send_header("Content-Length", str(size))
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    handler.end_headers()
    if reply.status == 304 or handler.command == "HEAD":
        return
    if reply.how == "drip":
        drip(handler, reply.body, stopped)
        return
    for number, piece in enumerate(pieces()):
        if number == 1:
            if reply.how == "drop":
                handler.close_connection = True
                return
            if reply.gate:
                handler.wfile.flush()
                reply.gate.reached.set()
                reply.gate.opened.wait(60)
        write(handler, piece, reply.how == "chunked")
    if reply.how == "chunked":
        handler.wfile.write(b"0\r\n\r\n")


def halves(body):
    middle = len(body) // 2
    return body[:middle], body[middle:]


def write(handler, piece, is_chunk):
    if is_chunk and piece:
        piece = b"%x\r\n%s\r\n" % (len(piece), piece)
    handler.wfile.write(piece)


def drip(handler, body, stopped):
    """A byte a second: never silent, never done."""
    for number in range(len(body)):
        handler.wfile.write(body[number:number + 1])
        handler.wfile.flush()
        if stopped.wait(1):
            return
