"""What is no HTTP never reaches a worker."""
import pytest

from observe import heard_of

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
