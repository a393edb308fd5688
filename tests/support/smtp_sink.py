"""A relay that keeps what it is given, and fails as it is told.

    with Sink() as sink:            # on 127.0.0.1 and a free port
        ...
        sink.kept[0].content        # the bytes of the first mail it took

What goes wrong is said by the local part of the recipient, so that one sink
serves all tests:

    rcpt-450      RCPT answers so; data-554 the end of the message
    mail-550      the sender's: MAIL answers so
    long-550      RCPT answers so in three lines
    cutrcpt       connection cut at RCPT, before any reply
    cuthead       DATA answered by a cut; 354 is never said
    cutdata       cut after the final dot; the mail is not kept
    keepcut       the mail is kept, then cut: who sent it can't know
    keephang      the mail is kept, and nothing said
    hangrcpt      no reply to RCPT; hang: none to the final dot
    garbage       the final dot is answered by what is no reply
    half          the reply to the final dot stops after "250-"
    flaky-2       RCPT answers 451 twice, then takes it
    policy        RCPT answers 550 5.7.1: it is us that are not wanted
    waitrcpt      RCPT is answered when open_gate() is called
    waitdata      likewise the final dot; waitkept: that, but the mail is kept

and what goes wrong for all by arguments: see Sink.
"""
import asyncio
import collections
import random
import threading
import time

from aiosmtpd.smtp import SMTP, AuthResult

# asked: when (time.time()) the text was asked for, by 354.
Kept = collections.namedtuple(
    "Kept", "connection sender to content options asked")
# What a handler returns when it has cut the connection: it goes nowhere.
NOWHERE = "250 nobody reads this"


def local(address):
    return address.split("@")[0].split("+")[0]


def code_of(name, prefix):
    """450 of rcpt-450; None if it is no such name."""
    return name[len(prefix):] if name.startswith(prefix) else None


class Handler:
    def __init__(self, sink):
        self.sink = sink

    async def handle_MAIL(self, server, session, envelope, address, options):
        code = code_of(local(address), "mail-")
        if code:
            return f"{code} {code[0]}.7.0 not from you"
        if self.sink.most and server.mails >= self.sink.most:
            return "421 4.7.0 enough on this connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 go on"

    async def handle_RCPT(self, server, session, envelope, address, options):
        name = local(address)
        code = code_of(name, "rcpt-")
        if code:
            return f"{code} {code[0]}.1.1 <{address}> not here"
        code = code_of(name, "long-")
        if code:
            return "\r\n".join(f"{code}{blank}5.1.1 {word}" for blank, word in
                               (("-", "There"), ("-", "is no"), (" ", "such")))
        if name == "cutrcpt":
            server.transport.abort()
            return NOWHERE
        if name == "hangrcpt":
            await asyncio.sleep(3600)
        if name == "waitrcpt":
            await self.sink.wait_at_gate()
        if name == "policy":
            return f"550 5.7.1 <{address}> is not for the likes of you"
        times = code_of(name, "flaky-")
        if times:
            self.sink.seen[address] += 1
            if self.sink.seen[address] <= int(times):
                return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 go on"

    async def handle_DATA(self, server, session, envelope):
        name = local(envelope.rcpt_tos[0])
        code = code_of(name, "data-")
        if code and code[0] != "2":
            return f"{code} {code[0]}.3.0 not this"
        if name == "hang":
            await asyncio.sleep(3600)
        if name == "waitdata":
            await self.sink.wait_at_gate()
        if name == "garbage":
            return "what?"
        if name == "half":
            return "250-2.0.0 nearly"
        if name == "cutdata":
            server.transport.abort()
            return NOWHERE
        server.mails += 1
        self.sink.kept.append(Kept(
            server.number, envelope.mail_from, list(envelope.rcpt_tos),
            envelope.original_content, list(envelope.mail_options),
            server.asked))
        await asyncio.sleep(random.uniform(0, self.sink.think_s))
        if name == "keephang":
            await asyncio.sleep(3600)
        if name == "waitkept":
            await self.sink.wait_at_gate()
        if name == "keepcut":
            server.transport.abort()
            return NOWHERE
        return f"{code or 250} 2.0.0 queued as {len(self.sink.kept)}"


class Server(SMTP):
    def __init__(self, sink, **options):
        self.sink, self.mails, self.number, self.asked = sink, 0, 0, 0
        super().__init__(Handler(sink), hostname="sink.test", **options)

    def connection_made(self, transport):
        if not self.number:  # not again when TLS begins
            self.sink.connections += 1
            self.number = self.sink.connections
            self.sink.servers.append(self)
        super().connection_made(transport)

    async def push(self, status):
        if isinstance(status, str) and status.startswith("220 ") \
                and self.sink.greeting and not self.session.host_name:
            if self.sink.greeting == "hang":
                await asyncio.sleep(3600)
            status = self.sink.greeting
        if isinstance(status, str) and status.startswith("354 "):
            self.asked = time.time()
        await super().push(status)

    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos and \
                local(self.envelope.rcpt_tos[0]) == "cuthead":
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Sink:
    """host, port; greeting: said instead of 220, or "hang"; most: mails a
    connection; tls: an ssl.SSLContext, offered by STARTTLS, or spoken at
    once if is_tls_first; login: user and password that must be given, or a
    reply to all who try; think_s: at most so long it takes to say that a mail
    is kept, as a disk does."""

    def __init__(self, host="127.0.0.1", port=0, greeting=None, most=0,
                 tls=None, is_tls_first=False, login=None, think_s=0):
        self.host, self.port = host, port
        self.greeting, self.most, self.login = greeting, most, login
        self.tls, self.is_tls_first = tls, is_tls_first
        self.think_s = think_s
        self.kept, self.servers, self.attempts = [], [], []
        self.connections = 0
        self.seen = collections.Counter()
        self.gate, self.waiting = threading.Event(), 0
        self.loop = self.thread = self.listener = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def url(self):
        scheme = "smtps" if self.is_tls_first else "smtp"
        return f"{scheme}://{self.host}:{self.port}"

    def start(self):
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.call(self._listen())

    def stop(self):
        """As if it was killed: no reply to anybody, and nobody listens."""
        self.call(self._close())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    def drop_all(self):
        """Closes the connections that are there."""
        self.call(self._drop())

    def open_gate(self):
        self.gate.set()

    async def wait_at_gate(self):
        self.waiting += 1
        while not self.gate.is_set():
            await asyncio.sleep(0.01)

    def call(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    def _server(self):
        options = {"loop": self.loop}
        if self.tls and not self.is_tls_first:
            options.update(tls_context=self.tls, require_starttls=True)
        if self.login:
            options.update(authenticator=self._authenticate,
                           auth_required=True, auth_require_tls=False)
        return Server(self, **options)

    def _authenticate(self, server, session, envelope, mechanism, data):
        given = (data.login.decode(), data.password.decode())
        self.attempts.append(given)
        if isinstance(self.login, str):
            return AuthResult(success=False, message=self.login, handled=False)
        return AuthResult(success=given == self.login, handled=False)

    async def _listen(self):
        self.listener = await self.loop.create_server(
            self._server, self.host, self.port,
            ssl=self.tls if self.is_tls_first else None)
        self.port = self.listener.sockets[0].getsockname()[1]

    async def _drop(self):
        for server in self.servers:
            # One whose handshake failed may be closed, and can't be cut.
            if server.transport and not server.transport.is_closing():
                server.transport.abort()
        self.servers.clear()
        await asyncio.sleep(0)

    async def _close(self):
        self.listener.close()
        await self.listener.wait_closed()
        await self._drop()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
