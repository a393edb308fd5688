"""nginx with the real configuration in front of a worker made of paper.

The stub answers FastCGI, remembers what it was told, and can be slow, dead
or wrong on demand: what the edge does then can't be seen with a worker that
does everything right.
"""
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from http import HTTPStatus
from pathlib import Path

import client

TOP = Path(__file__).resolve().parents[2]
ERRORS = (400, 404, 413, 421, 429, 500, 503, 504)


def page(params, body):
    """What the stub says unless a test says otherwise."""
    encoding = params["ENCODING"]
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "ETag": f'"v1-{encoding}"',
        "Last-Modified": "Mon, 23 Nov 2026 10:00:00 GMT",
        "Cache-Control": "max-age=10, stale-while-revalidate=60",
        "X-Browser-Cache": "private, max-age=60",
    }
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    return 200, headers, b"page " + params["DOCUMENT_URI"].encode()


class StubWorker:
    def __init__(self, path):
        self.answer = page
        self.delay = 0
        self.seen = []
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        os.chmod(path, 0o666)
        self._listener.listen(1024)
        threading.Thread(target=self._accept, daemon=True).start()

    def reset(self):
        self.answer = page
        self.delay = 0
        self.seen = []

    def of(self, path):
        """The requests that reached the worker for a path."""
        return [p for p in self.seen if p["DOCUMENT_URI"] == path]

    def _accept(self):
        while True:
            connection, _ = self._listener.accept()
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                params, body = read_request(connection)
                self.seen.append(params)
                time.sleep(self.delay)
                answer = self.answer(params, body)
                if answer is not None:
                    connection.sendall(encode(*answer))
            except (EOFError, OSError):
                pass


def _exactly(connection, size):
    data = b""
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise EOFError
        data += chunk
    return data


def read_request(connection):
    params = body = b""
    while True:
        header = _exactly(connection, 8)
        _, kind, _, size, padding, _ = struct.unpack(">BBHHBB", header)
        data = _exactly(connection, size + padding)[:size]
        if kind == 4:
            params += data
        elif kind == 5:
            if not size:
                return decode(params), body
            body += data


def decode(data):
    params, at = {}, 0
    while at < len(data):
        sizes = []
        for _ in range(2):
            size = data[at]
            if size & 0x80:
                size = struct.unpack(">I", data[at:at + 4])[0] & 0x7fffffff
                at += 3
            at += 1
            sizes.append(size)
        name = data[at:at + sizes[0]].decode()
        value = data[at + sizes[0]:at + sum(sizes)]
        params[name] = value.decode("latin-1")
        at += sum(sizes)
    return params


def record(kind, data):
    return struct.pack(">BBHHBB", 1, kind, 1, len(data), 0, 0) + data


def encode(status, headers, body):
    reason = HTTPStatus(status).phrase
    head = f"Status: {status} {reason}\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in headers.items())
    data = head.encode() + b"\r\n" + body
    out = b"".join(record(6, data[i:i + 60000])
                   for i in range(0, len(data), 60000))
    return out + record(6, b"") + record(3, bytes(8))


class Edge:
    """One nginx and its stub worker, in a directory of their own."""

    def __init__(self, **settings):
        self.directory = Path(tempfile.mkdtemp(prefix="edge-", dir="/var/tmp"))
        self.directory.chmod(0o755)
        self.state = self.directory / "state"
        self.port = client.free_port()
        self.https_port = client.free_port()
        self.worker = StubWorker(str(self.directory / "web.sock"))
        self._write_files()
        self._configure(settings)
        command = [nginx(), "-c", str(self.directory / "conf/nginx.conf"),
                   "-e", str(self.directory / "start.log"),
                   "-g", "daemon off;"]
        self._nginx = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "--", *command])
        client.wait_until(self._listens)

    def _write_files(self):
        static = self.directory / "www/static"
        static.mkdir(parents=True)
        self.state.mkdir()
        for ending, data in (("", b"plain"), (".gz", b"gzip"), (".br", b"br")):
            (static / f"style.0123abcd.css{ending}").write_bytes(data)
        (static / "plain.css").write_text("no fingerprint")
        (static.parent / "favicon.svg").write_text("<svg/>")
        errors = self.directory / "errors"
        errors.mkdir()
        for code in ERRORS:
            (errors / f"{code}.html").write_text(f"static {code}\n")
            (errors / f"{code}.json").write_text(f'{{"status":{code}}}\n')
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
             "/CN=localhost", "-keyout", str(self.directory / "tls.key"),
             "-out", str(self.directory / "tls.pem")],
            check=True, capture_output=True)

    def _configure(self, settings):
        environment = {
            "PATH": os.environ["PATH"],
            "SITE_HOST": "localhost",
            "SITE_HOSTS": "localhost 127.0.0.1 [::1]",
            "WEB_SOCKET": str(self.directory / "web.sock"),
            "NGINX_STATE": str(self.state),
            "STATIC_ROOT": str(self.directory / "www"),
            "ERROR_PAGES": str(self.directory / "errors"),
            "NGINX_PROCESSES": "2",
            "HTTP_LISTEN": f"127.0.0.1:{self.port}",
            "HTTPS_LISTEN": f"127.0.0.1:{self.https_port}",
            "TLS_CERTIFICATE": str(self.directory / "tls.pem"),
            "TLS_CERTIFICATE_KEY": str(self.directory / "tls.key"),
            "HTTP_REDIRECT": "no",
        }
        if os.geteuid() == 0:
            environment["NGINX_USER"] = "www-data"
        environment.update(settings)
        subprocess.run([TOP / "nginx/render", self.directory / "conf"],
                       env=environment, check=True)

    def _listens(self):
        assert self._nginx.poll() is None, "nginx ended"
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def get(self, path, headers=None, **how):
        return client.get(self.port, path, headers, **how)

    def request(self, method, path, headers=None, body=None, **how):
        return client.request(self.port, method, path, headers, body, **how)

    def raw(self, data, **how):
        return client.raw_request(self.port, data, **how)

    def cached_keys(self):
        """The keys of all entries that the cache holds."""
        keys = set()
        for file in (self.state / "cache").rglob("*"):
            if file.is_file():
                head = file.read_bytes()[:2000]
                keys.add(head.split(b"\nKEY: ")[1].split(b"\n")[0].decode())
        return keys

    def dump(self):
        """The whole configuration, as nginx reads it."""
        return subprocess.run(
            [nginx(), "-T", "-q", "-e", "/dev/null", "-c",
             str(self.directory / "conf/nginx.conf")],
            check=True, capture_output=True, text=True).stdout

    def stop(self):
        self._nginx.terminate()
        self._nginx.wait(10)
        shutil.rmtree(self.directory)


def nginx():
    return shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
