"""A FastCGI client, as nginx is one: a connection a request.

    reply = request("/tmp/web.sock", "/careers", COUNTRY="SG")
    reply.status, reply.headers["etag"], reply.body

The parts are there too, for tests that send what no nginx would.
"""
import socket
import struct

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6
FORM = "application/x-www-form-urlencoded"
DEFAULTS = {
    "COUNTRY": "US",
    "COUNTRY_REASON": "default",
    "ENCODING": "identity",
    "REQUEST_ID": "ab12",
}


class Broken(Exception):
    """The connection ended before the reply did."""


class Reply:
    def __init__(self, raw):
        head, separator, self.body = raw.partition(b"\r\n\r\n")
        if not separator:
            raise Broken("no headers")
        lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        self.headers = {name.lower(): value for name, value in lines}
        self.status = int(self.headers["status"].split()[0])

    def __repr__(self):
        return f"<{self.status} {self.body[:80]!r}>"


def record(kind, body, request=1):
    return struct.pack(">BBHHBB", 1, kind, request, len(body), 0, 0) + body


def begin(role=1, flags=0, request=1):
    return record(BEGIN, struct.pack(">HB5x", role, flags), request)


def length(n):
    return bytes([n]) if n < 128 else struct.pack(">I", n | 0x80000000)


def params(pairs):
    body = b""
    for name, value in pairs.items():
        name, value = name.encode(), value.encode("latin-1")
        body += length(len(name)) + length(len(value)) + name + value
    return b"".join(record(PARAMS, body[at:at + 65000])
                    for at in range(0, len(body), 65000))


def stdin(body):
    return b"".join(record(STDIN, body[at:at + 65000])
                    for at in range(0, len(body), 65000))


def head(path, query="", method="GET", size=0, **more):
    """A request up to its body, which is not ended."""
    pairs = {"REQUEST_METHOD": method, "DOCUMENT_URI": path,
             "QUERY_STRING": query, "CONTENT_LENGTH": str(size),
             **DEFAULTS, **more}
    return begin() + params(pairs) + record(PARAMS, b"")


def connect(path, timeout=10):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(timeout)
    peer.connect(str(path))
    return peer


def read(peer):
    """The reply to request 1: everything up to the end of the connection."""
    data = b""
    while True:
        part = peer.recv(1 << 18)
        if not part:
            break
        data += part
    out, at, ended = [], 0, False
    while at + 8 <= len(data):
        _, kind, number, size, pad, _ = struct.unpack_from(">BBHHBB", data, at)
        if kind == STDOUT and number == 1:
            out.append(data[at + 8:at + 8 + size])
        ended = ended or kind == END
        at += 8 + size + pad
    if not ended or at != len(data):
        raise Broken(f"{len(data)} bytes, and no end of the request")
    return Reply(b"".join(out))


def request(path, uri, query="", method="GET", body=b"", timeout=10, **more):
    with connect(path, timeout) as peer:
        peer.sendall(head(uri, query, method, len(body), **more) +
                     stdin(body) + record(STDIN, b""))
        return read(peer)
