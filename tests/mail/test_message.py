"""The bytes of a mail: what the standards and receivers ask of them."""
import email
import email.header
import random

import pytest

from mails import MESSAGE, TOKEN, UUID, bodies, made, parse, refused

AWKWARD = [
    "x", "a" * 300, "word " * 60 + "end", "é", "日本語" * 40,
    "Kä" + "s" * 70 + "e", "=?utf-8?Q?not_encoded?=", "=?x", "two  blanks",
    " first", "last ", "a_b=c?d", "😀" * 30, "tab-less, “quoted” – dash",
    "é " * 100 + "é", "(a) <b> [c]: d; \"e\" @ f\\", "From here", ". dot",
]


def test_head_is_as_receivers_want_it():
    mail = parse(made(MESSAGE))
    assert {name: str(value) for name, value in mail.items()} == {
        "Date": "Tue, 24 Nov 2026 13:29:22 +0000",
        "From": "Job Autopsy <news@example.org>",
        "To": "reader@example.com",
        "Subject": "New career guide",
        "Message-ID": f"<{UUID}@mail.example.org>",
        "List-Id": "New career guides <new-careers.example.org>",
        "List-Unsubscribe":
            f"<https://www.example.org/notify/u/{TOKEN}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Precedence": "bulk",
        "Feedback-ID": "c17:notice:jobautopsy",
        "MIME-Version": "1.0",
        "Content-Type": "multipart/alternative; "
                        f"boundary=\"=_{UUID.replace('-', '')}\"",
    }


def test_fields_of_lists_stand_on_mails_of_lists_only():
    alone = {name: value for name, value in MESSAGE.items() if name not in
             ("list_name", "list_id", "unsubscribe_url", "feedback_id")}
    names = set(parse(made(MESSAGE)).keys()) - set(parse(made(alone)).keys())
    assert names == {"List-Id", "Precedence", "List-Unsubscribe",
                     "List-Unsubscribe-Post", "Feedback-ID"}


def test_parts_are_text_then_html_in_quoted_printable():
    text, html = parse(made(MESSAGE)).iter_parts()
    for part, kind in ((text, "plain"), (html, "html")):
        assert dict(part.items()) == {
            "Content-Type": f'text/{kind}; charset="utf-8"',
            "Content-Transfer-Encoding": "quoted-printable"}


@pytest.mark.parametrize("words", AWKWARD)
def test_subject_and_names_come_back_as_they_were(words):
    raw = made({**MESSAGE, "subject": words, "from_name": words,
                "list_name": words})
    assert parse(raw)["Subject"] == words
    # Its newer parser puts blanks between encoded words of a name.
    mail = email.message_from_bytes(raw)
    for field, end in (("From", "news@example.org"),
                       ("List-Id", "new-careers.example.org")):
        name, _, rest = mail[field].rpartition("<")
        assert rest == end + ">"
        name = name.removesuffix(" ").replace("\r\n", "")
        assert str(email.header.make_header(
            email.header.decode_header(name))) == words


@pytest.mark.parametrize("words", AWKWARD)
def test_no_encoded_word_cuts_a_character(words):
    for line in made({**MESSAGE, "subject": words}).decode().split("\r\n"):
        if line.startswith(("Subject: =?utf-8", " =?utf-8")):
            word = line.split(" ", 1)[1]
            assert len(word) <= 75
            (content, charset), = email.header.decode_header(word)
            assert content.decode(charset)


@pytest.mark.parametrize("text", [
    "", "\n", "\n\n\n", "no end of a line", "blank at end \n", "tab\t\n",
    " ", "=", "==\n=", "a" * 75, "a" * 76, "a" * 77, "a" * 75 + " \n",
    "a" * 74 + "=", "é" * 200, "a" * 74 + "😀" * 10, "." * 200, ".\n.\n..\n",
    "From me\nFrom you", "a" * 75 + "From here" + "a" * 70 + ".end",
    "a\rb", "\x01\x02", "--=_" + UUID.replace("-", "") + "--\n",
])
def test_bodies_come_back_as_they_were(text):
    end = "" if text.endswith("\n") or not text else "\n"
    assert bodies(made({**MESSAGE, "text": text, "html": text})) == (
        text + end, text + end)


def test_bodies_of_any_letters_come_back():
    chance = random.Random(5)
    letters = "a = .\n\tF é€😀\u0301" + "From "
    for _ in range(150):
        text = "".join(chance.choices(letters, k=chance.randrange(400))) + "\n"
        assert bodies(made({**MESSAGE, "text": text}))[0] == text


@pytest.mark.parametrize("name", ["message_id", "from_name", "from", "to",
                                  "subject", "list_name", "list_id",
                                  "unsubscribe_url", "feedback_id"])
@pytest.mark.parametrize("bad", ["\r\nBcc: x@example.com", "\n", "\r", "\t",
                                 "\x01", "\x7f"])
def test_value_that_could_begin_a_line_is_refused(name, bad):
    for value in (MESSAGE[name] + bad, bad + MESSAGE[name]):
        complaint = refused({**MESSAGE, name: value})
        assert complaint.endswith("has a value that can't stand there")
        assert "example.com" not in complaint


@pytest.mark.parametrize("name, bad", [
    ("to", "reader"), ("to", "reader@"), ("to", "@example.com"), ("to", ""),
    ("to", "a b@example.com"), ("to", "a@b@example.com"), ("to", "a..b@c.de"),
    ("to", ".a@c.de"), ("to", "a.@c.de"), ("to", "a@c..de"), ("to", "a@c.de."),
    ("to", "<a@c.de>"), ("to", "a@c.de,b@c.de"), ("to", '"a"@c.de'),
    ("to", "ä@c.de"), ("to", "a@ü.de"), ("to", "a@[127.0.0.1]"),
    ("to", "a@" + "d" * 253), ("message_id", "a>b@c.de"),
    ("list_id", "a b"), ("list_id", "a@b.de"), ("list_id", ""),
    ("unsubscribe_url", "mailto:a@c.de"), ("unsubscribe_url", "/notify/u/x"),
    ("unsubscribe_url", "https://a.de/ b"), ("unsubscribe_url", "https://a/>"),
    ("unsubscribe_url", "https://a/" + "b" * 900), ("subject", ""),
    ("subject", "a" * 901), ("feedback_id", ""), ("feedback_id", "a b"),
    ("feedback_id", "a" * 64), ("subject", None), ("text", None),
    ("html", None), ("list_id", None), ("list_name", None), ("to", None),
])
def test_value_that_no_server_would_take_is_refused(name, bad):
    assert refused({**MESSAGE, name: bad})


def test_good_values_at_their_limits_are_taken():
    longest = "a" * 64 + "@" + ".".join(["d" * 61] * 3) + ".org"
    for name, value in (("to", longest[-254:]), ("subject", "a" * 900),
                        ("to", "!#$%&'*+-/=?^_`{|}~@c.de"),
                        ("unsubscribe_url", "https://a/" + "b" * 890),
                        ("unsubscribe_url", "http://localhost:8080/x"),
                        ("feedback_id", "a" * 63), ("text", "")):
        made({**MESSAGE, name: value})


def test_second_try_gives_the_same_bytes():
    assert made(MESSAGE) == made(MESSAGE)
