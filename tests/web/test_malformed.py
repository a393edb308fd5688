"""What is no HTTP never reaches a worker; what is no FastCGI kills none."""
import os
import socket
import stat
import struct

import pytest

from observe import heard_of


def record(kind, data):
    return struct.pack(">BBHHBB", 1, kind, 1, len(data), 0, 0) + data


HOST = b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@pytest.mark.parametrize("data", [
    b"GET PATH HTTP/1.1\r\n\r\n",
    b"GET PATH" + HOST + b"Host: localhost\r\n\r\n",
    b"POST PATH" + HOST + b"Content-Length: 3\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST PATH" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n"
    b"abcd",
    b"POST PATH" + HOST + b"Content-Length: -1\r\n\r\n",
    b"POST PATH" + HOST + b"Content-Length: 1e3\r\n\r\n",
    b"POST PATH" + HOST + b"Transfer-Encoding: x\r\n\r\n",
    b"POST PATH" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"GET PATH HTTP/9.9\r\nHost: localhost\r\n\r\n",
    b"GET PATH b" + HOST + b"\r\n",
    b"G\x00T PATH" + HOST + b"\r\n",
    b"GET PATH\x01" + HOST + b"\r\n",
    b"GET PATH" + HOST + b"X: a\x00b\r\n\r\n",
    b"GET nothing" + HOST + b"\r\n",
    b"TRACE PATH" + HOST + b"\r\n",
    b"CONNECT localhost:80" + HOST + b"\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    b"GET PATH" + HOST + b"Content-Length: 20\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET PATH HTTP/1.1\r\n",
])
def test_malformed_http_never_reaches_a_worker(site, nothing, data):
    before = heard_of(site, "")
    answer = site.raw(data.replace(b"PATH", nothing.encode()))
    status = int(answer.split(b" ")[1])
    assert 400 <= status < 506, answer
    assert answer.count(b"HTTP/1.1 ") == 1
    assert heard_of(site, nothing) == []
    assert heard_of(site, "") == before


BEGIN = record(1, b"\x00\x01" + bytes(6))
FAULTS = {
    "garbage": b"\xff" * 64,
    "half a header": b"\x01\x01\x00",
    "no parameters": BEGIN,
    "another role": record(1, b"\x00\x09" + bytes(6)),
    "a huge length": BEGIN + record(4, b"\xff" * 8 + b"x"),
    "a second beginning": BEGIN * 2,
    "values asked for": record(9, b"\x0f\x00FCGI_MAX_CONNS_"),
    "an unknown kind": record(99, b"x" * 100),
    "another version": b"\x09" + BEGIN[1:],
    "a request of nothing": BEGIN + record(4, b"") + record(5, b""),
    "a length beyond the body": BEGIN +
    record(4, b"\x0e\x09CONTENT_LENGTH999999999") + record(4, b"") +
    record(5, b"x") + record(5, b""),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_malformed_fastcgi_costs_at_most_a_worker(site, fault):
    for _ in range(3):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(3)
            s.connect(site.env["WEB_SOCKET"])
            try:
                s.sendall(FAULTS[fault])
                s.shutdown(socket.SHUT_WR)
                s.recv(65536)
            except (OSError, TimeoutError):
                pass
    assert site.get("/nothing").status == 404
    assert site.get("/healthz").status == 200


def test_the_worker_socket_is_closed_to_others(site):
    mode = os.stat(site.env["WEB_SOCKET"]).st_mode
    assert stat.S_IMODE(mode) in (0o600, 0o660)
