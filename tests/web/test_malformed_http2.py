"""What is no HTTP/2 never reaches a worker, and no flood is endless."""
import time

import pytest
from hyperframe.frame import HeadersFrame, PingFrame, RstStreamFrame

import client
from http2 import Closed, Peer, data, get
from observe import cached_keys, heard_of, nginx_alerts

METHOD, SCHEME = (":method", "GET"), (":scheme", "https")
HOST, PATH = (":authority", "localhost"), (":path", "PATH")

# Header lists, as pseudo-headers and headers should not be.
REFUSED = [
    [METHOD, SCHEME, HOST], [SCHEME, HOST, PATH], [METHOD, HOST, PATH],
    [METHOD, SCHEME, PATH],
    [METHOD, SCHEME, HOST, PATH, PATH], [METHOD, METHOD, SCHEME, HOST, PATH],
    [METHOD, SCHEME, HOST, HOST, PATH],
    [METHOD, SCHEME, HOST, PATH, (":evil", "x")],
    [METHOD, SCHEME, HOST, PATH, (":status", "200")],
    [METHOD, SCHEME, HOST, PATH, ("X-Upper", "x")],
    [METHOD, SCHEME, HOST, PATH, ("host", "evil.example")],
    [METHOD, SCHEME, PATH, ("host", "localhost"), ("host", "evil.example")],
    *([METHOD, SCHEME, HOST, PATH, ("x", value)]
      for value in ("a\0b", "a\rb", "a\nb", "a\r\nx: y")),
    *([METHOD, SCHEME, HOST, PATH, (name, "x")]
      for name in ("a\0b", "a\r\nb", "a b", "a:b", "")),
    *([METHOD, SCHEME, HOST, (":path", path)]
      for path in ("", "nothing", "*", "PATH b", "PATH\0", "PATH\x7f",
                   "PATH\r\nx: y", "http://localhostPATH", "/%00PATH",
                   "/..%c0%af..PATH", "/%C0%AEPATH", "//evil.examplePATH")),
    *([(":method", method), SCHEME, HOST, PATH]
      for method in ("", "get", "GE T", "G\0", "GET\r\n", "TRACE",
                     "CONNECT")),
    *([METHOD, (":scheme", scheme), HOST, PATH]
      for scheme in ("", "ht tp", "https://evil.example/")),
    *([METHOD, SCHEME, (":authority", authority), PATH]
      for authority in ("evil.example", "evil.example:443", "a b",
                        "localhost@evil.example", "localhost/", "localhost\0",
                        "localhost, evil.example")),
    *([METHOD, SCHEME, HOST, PATH, ("content-length", size)]
      for size in ("5", "-1", "1e3", "17000")),
    [METHOD, SCHEME, HOST, PATH, ("content-length", "0"),
     ("content-length", "1")],
    [METHOD, SCHEME, HOST, PATH, ("x", "\x01" * 9000)],
    [METHOD, SCHEME, HOST, PATH, *((f"x{n}", "a" * 4000) for n in range(12))],
]
# What nginx reads kindly; the worker hears nothing of it.
READ = [
    [METHOD, SCHEME, HOST, ("x", "y"), PATH],
    [METHOD, (":scheme", "javascript"), HOST, PATH],
    *([METHOD, SCHEME, HOST, PATH, header] for header in (
        ("transfer-encoding", "chunked"), ("connection", "close"),
        ("upgrade", "h2c"), ("te", "gzip"), ("proxy-connection", "x"),
        ("x", "a" * 9000))),
]


def frame(kind, flags, stream, body):
    return (len(body).to_bytes(3, "big") + bytes([kind, flags]) +
            stream.to_bytes(4, "big") + body)


# After each of these a connection can't go on.
BROKEN = {
    "settings of half a pair": frame(4, 0, 0, b"12345"),
    "settings of a stream": frame(4, 0, 1, b""),
    "settings in an answer": frame(4, 1, 0, b"123456"),
    "frames of 1 byte": frame(4, 0, 0, b"\x00\x05\x00\x00\x00\x01"),
    "a window of 4 GB": frame(4, 0, 0, b"\x00\x04\xff\xff\xff\xff"),
    "push that is neither on nor off": frame(4, 0, 0, b"\0\x02\0\0\0\x02"),
    "headers of no stream": frame(1, 5, 0, b"\x82"),
    "headers of a stream of ours": frame(1, 5, 2, b"\x82"),
    "data of no stream": frame(0, 1, 0, b"x"),
    "a window that grows by nothing": frame(8, 0, 0, bytes(4)),
    "a window that grows beyond": frame(8, 0, 0, b"\x7f\xff\xff\xff") * 2,
    "a window of a stream to come": frame(8, 0, 1, bytes(4)),
    "a window in three bytes": frame(8, 0, 0, bytes(3)),
    "a continuation of nothing": frame(9, 4, 1, b"\x82"),
    "a continuation of another": frame(1, 0, 1, b"\x82") +
    frame(9, 4, 3, b"\x84"),
    "a ping between": frame(1, 0, 1, b"\x82") + frame(6, 0, 0, bytes(8)),
    "a push by a client": frame(5, 4, 1, bytes(4) + b"\x82"),
    "a ping of seven": frame(6, 0, 0, bytes(7)),
    "a ping of a stream": frame(6, 0, 1, bytes(8)),
    "a stream that waits for itself": frame(2, 0, 1, b"\0\0\0\x01\0"),
    "a priority of no stream": frame(2, 0, 0, bytes(5)),
    "a priority of four": frame(2, 0, 1, bytes(4)),
    "a reset of no stream": frame(3, 0, 0, bytes(4)),
    "a reset of three": frame(3, 0, 1, bytes(3)),
    "a farewell of a stream": frame(7, 0, 1, bytes(8)),
    "an index beyond the table": frame(1, 5, 1, b"\xff\xff\xff\xff\x7f"),
    "index zero": frame(1, 5, 1, b"\x80"),
    "a name that is cut off": frame(1, 5, 1, b"\x00\x7f"),
    "a table of 2 MB": frame(1, 5, 1, b"\x3f\xff\xff\x7f"),
    "no Huffman code": frame(1, 5, 1, b"\x00\x84\xff\xff\xff\xff"),
    "more padding than there is": frame(1, 0xd, 1, b"\xff\x82"),
}


@pytest.fixture(autouse=True)
def site_is_as_before(site):
    """No request without a path, no page kept, no crash, an answer."""
    before = heard_of(site, ""), cached_keys(site), nginx_alerts(site)
    yield
    after = heard_of(site, ""), cached_keys(site), nginx_alerts(site)
    assert after == before
    assert site.get("/healthz").status == 200


def outcome(site, path, pairs, huffman=True):
    sent = [(name, value.replace("PATH", path)) for name, value in pairs]
    with Peer(site) as peer:
        peer.send(*peer.headers(1, sent, huffman=huffman))
        return peer.outcome(1)


@pytest.mark.parametrize("pairs", REFUSED, ids=[
    repr(pairs[-1])[:40] for pairs in REFUSED])
def test_malformed_headers_never_reach_a_worker(site, nothing, pairs):
    got = outcome(site, nothing, pairs)
    assert got in ("reset", "goaway") or 400 <= got < 500, got
    assert heard_of(site, nothing) == []


@pytest.mark.parametrize("pairs", READ, ids=[
    repr(pairs[-1])[:40] for pairs in READ])
def test_what_is_read_kindly_is_one_request(site, nothing, pairs):
    assert outcome(site, nothing, pairs) == 404
    assert len(heard_of(site, nothing)) == 1


def test_a_large_header_is_refused_by_its_size_as_sent(site, nothing):
    """Huffman's code makes 9 kB of one letter 5.6, and that is below 8."""
    large = [METHOD, SCHEME, HOST, PATH, ("x", "a" * 9000)]
    assert outcome(site, nothing, large, huffman=False) == "goaway"
    assert heard_of(site, nothing) == []


def test_one_header_repeated_by_its_number_has_a_limit(site, nothing):
    """A thousand times 3 kB in a thousand bytes."""
    with Peer(site) as peer:
        block = peer.encoder.encode(get(nothing, ("x", "a" * 3000)))
        again = peer.encoder.encode([("x", "a" * 3000)])
        assert len(again) == 1
        peer.send(HeadersFrame(1, block + again * 1000,
                               flags=["END_STREAM", "END_HEADERS"]))
        assert peer.outcome(1) in (400, "goaway", "reset")
    assert heard_of(site, nothing) == []


@pytest.mark.parametrize("size, bodies, status", [
    ("5", [b"abc"], 400), ("3", [b"abcde"], 400), ("17000", [b"x"], 413),
    (None, [b"x" * 16000, b"x" * 1000], 413)])
def test_a_body_is_as_long_as_it_says_and_not_too_long(
        site, nothing, size, bodies, status):
    more = [("content-length", size)] if size else []
    with Peer(site) as peer:
        peer.send(*peer.headers(
            1, [(":method", "POST"), SCHEME, HOST, (":path", nothing), *more],
            flags=["END_HEADERS"]))
        peer.send(*(data(1, body, body is bodies[-1]) for body in bodies))
        assert peer.outcome(1) == status
    assert heard_of(site, nothing) == []


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_a_broken_frame_ends_the_connection(site, sent):
    with Peer(site) as peer:
        peer.send(sent)
        assert peer.ends()


@pytest.mark.parametrize("preface", [
    b"PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"])
def test_another_beginning_ends_the_connection(site, preface):
    with Peer(site, preface) as peer:
        assert peer.ends()


@pytest.mark.parametrize("second", [1, 2, 3])
def test_numbers_of_streams_grow(site, nothing, second):
    with Peer(site) as peer:
        peer.send(*peer.headers(5, get(nothing)))
        assert peer.outcome(5) == 404
        peer.send(*peer.headers(second, get(nothing + "x")))
        assert peer.ends()
    assert heard_of(site, nothing + "x") == []


def test_trailers_are_no_second_request(site, nothing):
    with Peer(site) as peer:
        peer.send(*peer.headers(1, [(":method", "POST"), SCHEME, HOST,
                                    (":path", nothing)], ["END_HEADERS"]))
        peer.send(*peer.headers(1, [(":path", nothing + "x")]))
        assert peer.ends()
    assert heard_of(site, nothing) == heard_of(site, nothing + "x") == []


def test_a_visitor_has_at_most_40_requests_at_once(site, nothing):
    """Of 64 streams, which also several connections can't go beyond."""
    with Peer(site) as peer:
        for stream in range(1, 2 * 60, 2):
            peer.send(*peer.headers(stream, get(nothing), ["END_HEADERS"]))
        peer.send(PingFrame(0, b"12345678"))
        peer.until(lambda f: isinstance(f, PingFrame) and "ACK" in f.flags)
        answered = {f.stream_id for f in peer.frames
                    if hasattr(f, "pairs") or isinstance(f, RstStreamFrame)}
        assert len(answered) == 60 - 40
        assert peer.frames[0].settings[3] == 64
    assert heard_of(site, nothing) == []


def test_a_limit_holds_for_all_streams_of_a_visitor(site, nothing):
    """Whoever they say that they are."""
    greedy = client.new_address()
    with Peer(site, client=greedy) as peer:
        seen = []
        for number in range(120):
            peer.send(*peer.headers(2 * number + 1, get(nothing, (
                "x-forwarded-for", f"9.9.9.{number}"))))
            seen.append(peer.outcome(2 * number + 1))
    assert set(seen) == {404, 429} and seen.count(429) >= 20
    assert site.get(nothing, client=greedy).status == 429
    assert site.get("/healthz").status == 200


# nginx ends a connection of which an eighth and 8 MB were frames of no use.
MOST = 16 << 20
FLOODS = {
    "settings": frame(4, 0, 0, b"\x00\x04\x00\x00\xff\xff"),
    "empty settings": frame(4, 0, 0, b""),
    "pings": frame(6, 0, 0, b"12345678"),
    "priorities": frame(2, 0, 3, b"\x00\x00\x00\x00\x10"),
    "windows": frame(8, 0, 0, b"\x00\x00\x00\x01"),
    "unknown frames": frame(0x42, 0, 0, b""),
}


def is_served(site):
    with Peer(site) as peer:
        peer.send(*peer.headers(1, get("/healthz")))
        return peer.outcome(1) == 200


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_ends_the_connection_and_holds_up_nobody(site, kind):
    with Peer(site) as peer:
        peer.flood(FLOODS[kind], 4 << 20)
        assert is_served(site)
        assert peer.flood(FLOODS[kind], MOST) < MOST
    assert is_served(site)


def test_resets_do_not_get_round_the_limit(site, nothing):
    """A stream that is taken back at once still counts."""
    began = time.monotonic()
    with Peer(site) as peer:
        try:
            for stream in range(1, 2 * 900, 2):
                peer.send(*peer.headers(stream, get(nothing)),
                          RstStreamFrame(stream, 8))
        except Closed:
            pass
        peer.ends(seconds=1)
    seconds = time.monotonic() - began
    assert len(heard_of(site, nothing)) <= 62 + 20 * seconds


@pytest.mark.parametrize("part", [b"", b"\x00\x01a\x01b"])
def test_headers_that_never_end_do(site, nothing, part):
    with Peer(site) as peer:
        peer.send(HeadersFrame(1, peer.encoder.encode(get(nothing)),
                               flags=["END_STREAM"]))
        assert peer.flood(frame(9, 0, 1, part), MOST) < MOST
    assert heard_of(site, nothing) == []


def test_empty_data_does_not_go_on_for_ever(site, nothing):
    with Peer(site) as peer:
        peer.send(*peer.headers(1, [(":method", "POST"), SCHEME, HOST,
                                    (":path", nothing)], ["END_HEADERS"]))
        assert peer.flood(frame(0, 0, 1, b""), MOST) < MOST
    assert heard_of(site, nothing) == []


def test_a_connection_has_a_last_request(site):
    """However fast a client takes its requests back."""
    with Peer(site) as peer:
        try:
            for stream in range(1, 2 * 3000, 2):
                peer.send(*peer.headers(stream, get("/healthz")),
                          RstStreamFrame(stream, 8))
        except Closed:
            pass
        assert peer.ends()
    assert is_served(site)
