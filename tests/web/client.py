"""A plain HTTP client for the tests.

It sends paths exactly as given, and each request comes from an address of
its own (127.0.0.0/8 is all loopback), so that tests never meet one another's
rate limits. A test about limits names its address.
"""
import http.client
import itertools
import socket
import ssl
import threading
import time

_next = itertools.count(1)


def new_address():
    n = next(_next)
    return f"127.{1 + n // 60000 % 200}.{n // 250 % 240}.{1 + n % 250}"


class Reply:
    """Status, headers (case-insensitive, first value) and body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()
        self.text = self.body.decode("utf-8", "replace")

    def __repr__(self):
        return f"<{self.status} {self.text[:80]!r}>"


def request(port, method, path, headers=None, body=None, client=None,
            host="localhost", tls=False, timeout=15):
    source = (client or new_address(), 0)
    if tls:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", port), timeout, source)
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.sock = context.wrap_socket(raw, server_hostname=host)
    else:
        connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout, source)
    try:
        connection.putrequest(method, path, skip_host=True,
                              skip_accept_encoding=True)
        sent = {"Host": host, **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Length", str(len(body)))
        for name, value in sent.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return Reply(connection.getresponse())
    finally:
        connection.close()


def get(port, path, headers=None, **how):
    return request(port, "GET", path, headers, **how)


def raw_request(port, data, client=None, timeout=5):
    """Sends bytes, returns all that comes back until the server closes."""
    source = (client or new_address(), 0)
    with socket.create_connection(("127.0.0.1", port), timeout, source) as s:
        s.sendall(data)
        answer = b""
        try:
            while chunk := s.recv(65536):
                answer += chunk
        except (TimeoutError, ConnectionResetError):
            pass
        return answer


def wait_until(claim, seconds=10, pause=0.05):
    """Waits for claim() to be true and returns its value."""
    end = time.monotonic() + seconds
    while not (value := claim()):
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(pause)
    return value


def at_once(count, call):
    """Starts so many threads; the function it returns collects results."""
    results = []
    threads = [threading.Thread(target=lambda: results.append(call()))
               for _ in range(count)]
    for thread in threads:
        thread.start()

    def collect():
        for thread in threads:
            thread.join()
        return results

    return collect


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def connections(port):
    """How many clients the server of a port has, on this machine."""
    with open("/proc/net/tcp") as file:
        rows = [line.split() for line in file.readlines()[1:]]
    return sum(row[1].endswith(f":{port:04X}") and row[3] == "01"
               for row in rows)
