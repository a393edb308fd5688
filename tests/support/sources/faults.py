"""What goes wrong with replies of any source."""
import gzip
import json

from support.sources.wire import Reply, zipped

MEGABYTE = 1 << 20
HTML = (b"<!DOCTYPE html>\n<html><head><title>Access Denied</title></head>"
        b"<body><h1>Access Denied</h1></body></html>")


def truncated(reply):
    """The end is missing, and the length says that this is all."""
    return reply.having(body=reply.body[:-len(reply.body) // 3])


def bad_utf8(reply):
    """A byte that UTF-8 has not, within the first word of the body."""
    place = next(number for number, byte in enumerate(reply.body)
                 if chr(byte).isalpha())
    return reply.having(
        body=reply.body[:place + 1] + b"\xff" + reply.body[place + 1:])


def deep(reply):
    """Fifty objects, one in the other, around what was asked for."""
    return reply.having(body=b'{"a":' * 50 + reply.body + b"}" * 50)


def deeper_still(reply):
    return reply.having(body=b"[" * 100_000)


def nulls(reply):
    """Every value in the place of a value is null."""
    def blank(value):
        if isinstance(value, dict):
            return {name: blank(one) for name, one in value.items()}
        if isinstance(value, list):
            return [blank(one) for one in value]
        return None
    return reply.having(
        body=json.dumps(blank(reply.document())).encode("utf-8"))


def wrong_types(reply):
    """Arrays where objects were, objects where arrays were."""
    def turn(value):
        if isinstance(value, dict):
            return [turn(one) for one in value.values()]
        if isinstance(value, list):
            return {str(n): turn(one) for n, one in enumerate(value)}
        return value
    return reply.having(
        body=json.dumps(turn(reply.document())).encode("utf-8"))


def reordered(reply):
    """The members of every object the other way round, and blanks."""
    def turn(value):
        if isinstance(value, dict):
            return {name: turn(value[name]) for name in reversed(value)}
        return [turn(one) for one in value] \
            if isinstance(value, list) else value
    return reply.having(body=json.dumps(
        turn(reply.document()), indent=2).encode("utf-8"))


def huge(reply):
    """200 MB of blanks after what was asked for, its length announced."""
    return reply.having(body=(
        200 * MEGABYTE, lambda: [reply.body.ljust(MEGABYTE),
                                 *[b" " * MEGABYTE] * 199]))


def bomb(reply):
    """200 MB that travel as less than 1 MB."""
    pieces = gzip.compress(reply.body + b" " * (200 * MEGABYTE), 1)
    return reply.having(body=pieces, headers={"Content-Encoding": "gzip"})


def failing(status, body=b"", **headers):
    return lambda reply: Reply(status, body, "text/html", {
        name.replace("_", "-"): value for name, value in headers.items()})


FAULTS = {
    "truncated": truncated,
    "empty": lambda reply: reply.having(body=b""),
    "blank": lambda reply: reply.having(body=b" \n"),
    "html": lambda reply: Reply(200, HTML, "text/html"),
    "bad utf-8": bad_utf8,
    "deep": deep,
    "deeper still": deeper_still,
    "nulls": nulls,
    "wrong types": wrong_types,
    "reordered members": reordered,
    "9 MB": lambda reply: reply.having(
        body=reply.body.ljust(9 * MEGABYTE)),
    "huge": huge,
    "huge in chunks": lambda reply: huge(reply).having(how="chunked"),
    "huge without a length": lambda reply: huge(reply).having(how="endless"),
    "bomb": bomb,
    "gzip": zipped,
    "broken gzip": lambda reply: reply.having(
        headers={"Content-Encoding": "gzip"}),
    "chunked": lambda reply: reply.having(how="chunked"),
    "drip": lambda reply: reply.having(how="drip"),
    "drop": lambda reply: reply.having(how="drop"),
    "403": failing(403, HTML),
    "404": failing(404, HTML),
    "429": failing(429, HTML, Retry_After="1"),
    "503": failing(503, HTML),
    "503, at once": failing(503, HTML, Retry_After="0"),
}
