"""A client of HTTP/2 that sends what no browser would, to 127.0.0.1 only.

    with Peer(site) as peer:
        peer.send(*peer.headers(1, GET))
        peer.status(1)

Frames are hyperframe's and bytes; header blocks are hpack's.
"""
import socket
import ssl

import hpack
from hyperframe.exceptions import HyperframeError
from hyperframe.frame import (
    ContinuationFrame, DataFrame, Frame, GoAwayFrame, HeadersFrame,
    RstStreamFrame, SettingsFrame, WindowUpdateFrame)

from client import new_address

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class Closed(Exception):
    """The server ended the connection."""


class Peer:
    def __init__(self, site, preface=PREFACE, client=None, timeout=10):
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_alpn_protocols(["h2"])
        raw = socket.create_connection(("127.0.0.1", site.https_port),
                                       timeout, (client or new_address(), 0))
        self.socket = context.wrap_socket(raw, server_hostname="localhost")
        assert self.socket.selected_alpn_protocol() == "h2"
        self.encoder, self.decoder = hpack.Encoder(), hpack.Decoder()
        self.buffer, self.frames, self.block = b"", [], b""
        # Bodies may come without our counting them.
        self.send(preface, SettingsFrame(0), WindowUpdateFrame(0, 2 ** 30))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def headers(self, stream, pairs, flags=("END_STREAM", "END_HEADERS"),
                huffman=True):
        return [HeadersFrame(stream, self.encoder.encode(pairs, huffman),
                             flags=flags)]

    def send(self, *frames):
        """Raises Closed when the server has hung up."""
        data = b"".join(f if isinstance(f, bytes) else f.serialize()
                        for f in frames)
        try:
            self.socket.sendall(data)
        except (ssl.SSLError, ConnectionError) as error:
            raise Closed from error

    def receive(self):
        """The next frame."""
        while True:
            if len(self.buffer) >= 9:
                frame, size = Frame.parse_frame_header(
                    memoryview(self.buffer[:9]))
                if len(self.buffer) >= 9 + size:
                    frame.parse_body(memoryview(self.buffer[9:9 + size]))
                    self.buffer = self.buffer[9 + size:]
                    self.frames.append(frame)
                    return frame
            try:
                data = self.socket.recv(65536)
            except (ssl.SSLError, ConnectionError) as error:
                raise Closed from error
            if not data:
                raise Closed
            self.buffer += data

    def until(self, is_it):
        """The first frame from now on that is it."""
        while True:
            frame = self.receive()
            if isinstance(frame, (HeadersFrame, ContinuationFrame)):
                self._collect(frame)
            if is_it(frame):
                return frame

    def _collect(self, frame):
        self.block += frame.data
        if "END_HEADERS" in frame.flags:
            frame.pairs = dict(self.decoder.decode(self.block))
            self.block = b""

    def outcome(self, stream):
        """The status of a stream, "reset", "goaway" or "closed"."""
        def is_it(frame):
            return isinstance(frame, GoAwayFrame) or \
                frame.stream_id == stream and (
                    isinstance(frame, RstStreamFrame) or
                    hasattr(frame, "pairs"))

        try:
            frame = self.until(is_it)
        except (Closed, HyperframeError):
            return "closed"
        if isinstance(frame, GoAwayFrame):
            return "goaway"
        if isinstance(frame, RstStreamFrame):
            return "reset"
        return int(frame.pairs[":status"])

    def ends(self, seconds=10):
        """Whether the server ends the connection in so much time."""
        self.socket.settimeout(seconds)
        try:
            self.until(lambda frame: isinstance(frame, GoAwayFrame))
        except (Closed, HyperframeError):
            return True
        except TimeoutError:
            return False
        return True

    def flood(self, part, most):
        """Sends it again and again; how many bytes went before the end."""
        chunk = part * (16384 // len(part) + 1)
        sent = 0
        try:
            while sent < most:
                self.send(chunk)
                self._drain()
                sent += len(chunk)
        except Closed:
            pass
        return sent

    def _drain(self):
        """Takes what has come, so that the server never waits for us."""
        self.socket.setblocking(False)
        try:
            while data := self.socket.recv(65536):
                del data
            raise Closed
        except (ssl.SSLWantReadError, BlockingIOError):
            pass
        except (ssl.SSLError, ConnectionError) as error:
            raise Closed from error
        finally:
            self.socket.settimeout(20)


def get(path, *more, authority="localhost"):
    return [(":method", "GET"), (":scheme", "https"),
            (":authority", authority), (":path", path), *more]


def data(stream, body, last=True):
    return DataFrame(stream, body, flags=["END_STREAM"] if last else [])
