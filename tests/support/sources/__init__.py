"""A server that replies as the nine sources of pay and of rates do.

    sources = Sources()                     # on 127.0.0.1, a free port
    environment.update(sources.env())       # where each source is
    sources.case("bls", "threshold")        # from now on; a case or a fault
    sources.then("ecb", "503", "503", None) # one each; None is a good reply
    sources.asked("bls")                    # the requests so far
    sources.reset()                         # good replies, none recorded

Shapes and cases are those of the publishers' own replies. Each source has a
prefix of its own, so that a request's source is known by its address.
"""
import http.server
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import traceback

from support.sources import bls, rates, tables
from support.sources.faults import FAULTS
from support.sources.wire import (Gate, Reply, is_known, parse, send,
                                  validators)

NAMES = ("bls", "jobbank", "cbs", "datagovsg", "eurostat", "ilostat", "ecb",
         "frankfurter", "worldbank")


class Bls:
    good = staticmethod(bls.good)
    cases = bls.CASES


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        if self.server.tls:
            self.request = self.server.tls.wrap_socket(
                self.request, server_side=True)
        super().setup()

    def do_GET(self):
        size = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(size)
        _, source, rest = self.path.split("/", 2)
        request = parse(source, self.command, "/" + rest,
                        dict(self.headers), body)
        reply = self.server.owner.reply(request)
        try:
            send(self, reply, self.server.owner.stopped)
        except OSError:  # the other side has heard enough
            self.close_connection = True

    do_POST = do_HEAD = do_PUT = do_GET

    def log_message(self, *arguments):
        """Requests are recorded, not printed."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, owner, tls=None):
        self.owner = owner
        self.tls = tls
        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, args=(0.05,),
                         daemon=True).start()

    def handle_error(self, request, client_address):
        """A client may leave, or not like the certificate; all else is a
        mistake in here."""
        fault = sys.exc_info()[1]
        if not isinstance(fault, OSError):
            self.owner.mistakes.append("".join(
                traceback.format_exception(fault)))


class Sources:
    def __init__(self):
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.of = dict(zip(NAMES, (
            Bls(), tables.JobBank(), tables.Cbs(), tables.DataGovSg(),
            tables.Eurostat(), tables.Ilostat(), rates.Ecb(),
            rates.Frankfurter(), rates.WorldBank())))
        self.server = Server(self)
        self.secure = None
        self.reset()

    def reset(self):
        self.always = {}
        self.once = {name: [] for name in NAMES}
        self.marked = set()
        self.requests = []
        self.mistakes = []

    def stop(self):
        self.stopped.set()
        for server in filter(None, (self.server, self.secure)):
            server.shutdown()
            server.server_close()

    # What to reply.

    def case(self, source, *names):
        """Replies so from now on; of several, each after the one before:
        a case, then faults, or functions of a request or of a reply."""
        self.always[source] = names

    def then(self, source, *answers):
        """One answer for each of the next requests: a case, a fault, a
        Reply, a function of the request, or None for a good reply."""
        self.once[source] += answers

    def hold(self, source):
        """The next reply stops half way; the caller opens the gate."""
        gate = Gate()
        self.then(source, lambda request: self.of[source].good(
            request).having(gate=gate))
        return gate

    def mark(self, *names):
        """These send ETag and Last-Modified, and 304 when asked so."""
        self.marked.update(names or NAMES)

    def reply(self, request):
        with self.lock:
            self.requests.append(request)
            waiting = self.once.get(request.source)
            names = (waiting.pop(0),) if waiting else self.always.get(
                request.source, (None,))
        if request.source not in self.of:
            return Reply(404)
        reply = self.answer(request, names)
        if request.source in self.marked and request.method == "GET" \
                and reply.status == 200:
            marks = validators(reply)
            if is_known(request, marks):
                return Reply(304, headers=marks)
            reply = reply.having(headers={**reply.headers, **marks})
        return reply

    def answer(self, request, names):
        source = self.of[request.source]
        first, *rest = names
        if isinstance(first, Reply):
            return first
        if first in FAULTS:
            first, rest = None, names
        if callable(first):
            reply = first(request)
        elif first is None:
            reply = source.good(request)
        else:
            reply = source.cases[first](request)
        for name in rest:
            reply = FAULTS[name](reply)
        return reply

    # Where it is and what it heard.

    def env(self, *names, host="127.0.0.1", scheme="http"):
        """Settings for these sources, or for all."""
        server = self.server if scheme == "http" else self.tls()
        port = server.server_address[1]
        return {"INGEST_ALLOW_HTTP": "1", **{
            f"{name.upper()}_URL": f"{scheme}://{host}:{port}/{name}"
            for name in names or NAMES}}

    def asked(self, source=None):
        with self.lock:
            return [one for one in self.requests
                    if source in (None, one.source)]

    def tls(self):
        """The same replies behind a certificate that nobody vouches for."""
        if not self.secure:
            with tempfile.TemporaryDirectory() as folder:
                key = pathlib.Path(folder) / "key.pem"
                certificate = pathlib.Path(folder) / "certificate.pem"
                subprocess.run(
                    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                     "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                     "-subj", "/CN=127.0.0.1", "-addext",
                     "subjectAltName=IP:127.0.0.1,DNS:localhost",
                     "-keyout", key, "-out", certificate],
                    check=True, capture_output=True)
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(certificate, key)
            self.secure = Server(self, context)
        return self.secure


def closed_env(*names):
    """Settings that lead to a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {"INGEST_ALLOW_HTTP": "1", **{
        f"{name.upper()}_URL": f"http://127.0.0.1:{port}/{name}"
        for name in names or NAMES}}
