"""openapi.json, read: its operations, their parameters, and its schemas."""
import functools
import json
from pathlib import Path
from urllib.parse import urlencode

from jsonschema import Draft202012Validator, FormatChecker, RefResolver

FILE = Path(__file__).resolve().parents[2] / "src/api/openapi.json"
DOCUMENT = json.loads(FILE.read_text("utf-8"))
_resolver = RefResolver.from_schema(DOCUMENT)
_formats = FormatChecker(formats=("date", "regex"))
MEDIA = {"json": "application/json", "problem": "application/problem+json"}


def resolve(thing):
    """What a "$ref" points to, or the thing itself."""
    while "$ref" in thing:
        thing = _resolver.resolve(thing["$ref"])[1]
    return thing


@functools.lru_cache(maxsize=None)
def _validator(text):
    return Draft202012Validator(json.loads(text), resolver=_resolver,
                                format_checker=_formats)


def faults(schema, value):
    """What is wrong with a value, as lines; "" for nothing."""
    found = _validator(json.dumps(schema)).iter_errors(value)
    return "\n".join(f"{e.json_path}: {e.message[:300]}" for e in found)


def examples(thing):
    """Name and value of each, of a parameter or a media type."""
    if "example" in thing:
        return {"example": thing["example"]}
    return {name: example["value"]
            for name, example in thing.get("examples", {}).items()}


class Operation:
    """What one method does at one address."""

    def __init__(self, pattern, method, spec):
        self.pattern, self.method = pattern, method.upper()
        self.id = spec["operationId"]
        self.parameters = [resolve(p) for p in spec.get("parameters", [])]
        self.responses = {int(status): resolve(r)
                          for status, r in spec["responses"].items()}
        self.good = 202 if self.method == "POST" else 200
        self.body = spec.get("requestBody", {}).get("content", {}).get(
            MEDIA["json"])

    def __repr__(self):
        return self.id

    def values(self):
        """The first example of each parameter that must be there."""
        return {p["name"]: next(iter(examples(p).values()))
                for p in self.parameters if p.get("required")}

    def address(self, **values):
        """Path and query, as a client makes them of values."""
        path, query = self.pattern, {}
        for p in self.parameters:
            value = values.get(p["name"])
            if p["in"] == "path":
                path = path.replace("{%s}" % p["name"], value)
            elif value is not None:
                query[p["name"]] = (",".join(value)
                                    if isinstance(value, list) else value)
        return path + ("?" + urlencode(query, safe=",:") if query else "")

    def check(self, reply, status=None):
        """A reply of such a status is as it is described."""
        status = status or self.good
        assert reply.status == status, (self.id, reply)
        response = self.responses[status]
        self.check_headers(response, reply)
        content = response.get("content", {})
        if not content:
            assert not reply.body, reply
            return None
        (media, described), = content.items()
        sent = reply.headers["Content-Type"]
        assert sent.split(";")[0] == media, sent
        value = self.read(media, reply)
        assert not (wrong := faults(described["schema"], value)), \
            f"{self.id} {status}: {wrong}"
        return value

    @staticmethod
    def read(media, reply):
        if media == "text/csv":
            return reply.text
        if media == "application/x-ndjson":
            return json.loads(reply.text.splitlines()[0])
        return json.loads(reply.text)

    def check_headers(self, response, reply):
        for name, header in response.get("headers", {}).items():
            header, value = resolve(header), reply.headers[name]
            if value is None:
                assert not header.get("required"), (self.id, name)
                continue
            if header["schema"]["type"] == "integer":
                value = int(value)
            wrong = faults(header["schema"], value)
            assert not wrong, f"{self.id}: {name}: {wrong}"


OPERATIONS = [Operation(pattern, method, spec)
              for pattern, item in DOCUMENT["paths"].items()
              for method, spec in item.items()]
GETS = [o for o in OPERATIONS if o.method == "GET"]
