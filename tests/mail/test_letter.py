"""The mails we send, as a person and as a program reads them."""
import html.parser
import os
import re
import subprocess

import pytest

from mails import (CONFIRM, MANAGE, NOTICE, SEVERAL, TESTS, TOKEN, bodies,
                   made, parse, refused)

GOLDEN = TESTS / "golden/mail"
LETTERS = {"confirm": CONFIRM, "notice": NOTICE, "several": SEVERAL,
           "manage": MANAGE}
letters = pytest.mark.parametrize("name", LETTERS)


class Page(html.parser.HTMLParser):
    """Words, links and tags of a part in HTML."""

    def __init__(self, text):
        super().__init__()
        self.words, self.links, self.tags = [], [], set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        for name, value in attributes:
            assert name not in ("src", "srcset", "background", "onclick")
            if name == "href":
                self.links.append(value)

    def handle_data(self, data):
        self.words.append(data)

    def text(self):
        return " ".join(" ".join(self.words).split())


@letters
def test_mail_is_as_it_was_looked_at(name):
    """WRITE_GOLDEN=1 writes them anew, to be looked at before a commit."""
    raw = made(LETTERS[name])
    file = GOLDEN / f"{name}.eml"
    if os.environ.get("WRITE_GOLDEN"):
        file.write_bytes(raw)
    assert raw == file.read_bytes()


@letters
def test_text_has_lines_of_72_and_whole_links(name):
    text, _ = bodies(made(LETTERS[name]))
    for line in text.split("\n"):
        assert len(line) <= 72 or re.fullmatch(r"https://[!-~]+", line), line
        assert line == line.rstrip()
    assert "\n\n\n" not in text
    for key, link in LETTERS[name].items():
        if key.endswith("_url"):
            assert re.search(rf"(?m)(^|, ){re.escape(link)}$", text), key


@letters
def test_text_and_html_lead_to_the_same_places(name):
    text, page = bodies(made(LETTERS[name]))
    assert set(re.findall(r"https://[!-~]+", text)) == set(Page(page).links)


@letters
def test_nothing_is_loaded_and_nobody_followed(name):
    _, page = bodies(made(LETTERS[name]))
    assert not Page(page).tags & {"img", "script", "link", "iframe", "form",
                                  "video", "object", "base"}
    assert "url(" not in page and "@import" not in page
    assert not any("?" in link for link in Page(page).links)


def test_html_is_valid(tmp_path):
    for name, letter in LETTERS.items():
        (tmp_path / f"{name}.html").write_text(bodies(made(letter))[1])
    done = subprocess.run(
        ["java", "-jar", TESTS / "node_modules/vnu-jar/build/dist/vnu.jar",
         *tmp_path.iterdir()], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


@letters
def test_colours_are_those_of_the_site(name):
    """So that they have the contrast which the pages are tested for."""
    site = (TESTS.parent / "src/static/app.css").read_text()
    _, page = bodies(made(LETTERS[name]))
    for colour in re.findall(r"#[0-9a-f]{6};", page):
        assert colour in site.replace("#fff;", "#ffffff;"), colour
    assert "prefers-color-scheme: dark" in page


@letters
def test_both_parts_say_how_to_stop_and_who_writes(name):
    letter = LETTERS[name]
    raw = made(letter)
    way_out = letter.get("unsubscribe_url", letter.get("block_url"))
    assert parse(raw)["List-Unsubscribe"] == f"<{way_out}>"
    text, page = bodies(raw)
    assert letter["postal"] in text.replace("\n", " ")
    assert letter["postal"] in Page(page).text()
    assert way_out in text and way_out in Page(page).links


def test_confirmation_says_what_when_where_and_until_when():
    text, page = bodies(made(CONFIRM))
    for words in (" ".join(text.split()), Page(page).text()):
        for fact in ("about new career guides: a mail when there is something",
                     "24 November 2026, 13:29 UTC", CONFIRM["page_url"],
                     "until 27 November 2026, 13:29 UTC",
                     "If it was not you, do nothing"):
            assert fact in words
    mail = parse(made(CONFIRM))
    assert mail["Subject"] == "Please confirm: mail about new career guides"
    assert not {"List-Id", "Precedence"} & set(mail.keys())


def test_confirmation_of_one_guide_reads_well():
    one = {**CONFIRM, "topic": "the guide Backend Developer"}
    mail = parse(made(one))
    assert mail["Subject"] == (
        "Please confirm: mail about the guide Backend Developer")
    text, page = bodies(made(one))
    for words in (" ".join(text.split()), Page(page).text()):
        assert ("about the guide Backend Developer: a mail when there is "
                "something new to read, and nothing else.") in words


def test_letter_with_the_link_to_what_is_stored_says_until_when_and_whose():
    text, page = bodies(made(MANAGE))
    for words in (" ".join(text.split()), Page(page).text()):
        for fact in ("asked on 24 November 2026, 13:29 UTC",
                     "until 27 November 2026, 13:29 UTC",
                     "do not pass this mail on",
                     "If it was not you, do nothing"):
            assert fact in words
    mail = parse(made(MANAGE))
    assert mail["Subject"] == "Your link to what we store about you"
    assert not {"List-Id", "Precedence"} & set(mail.keys())


def test_notice_names_every_guide():
    mail = parse(made(SEVERAL))
    assert mail["Subject"] == "3 new career guides"
    text, page = bodies(made(SEVERAL))
    for words in (" ".join(text.split()), Page(page).text()):
        for career in SEVERAL["careers"]:
            assert career["name"] in words and career["tagline"] in words
        assert "you confirmed on 3 March 2026" in words
    assert parse(made(NOTICE))["Subject"] == (
        "New career guide: Backend Developer")


@pytest.mark.parametrize("name, key", [
    (name, key) for name, letter in LETTERS.items() for key in letter
    if key.endswith("_url") and key != "site_url"])
@pytest.mark.parametrize("bad", [
    f"https://www.example.org.evil.example/{TOKEN}", "javascript:alert(1)",
    f"https://www.example.com/{TOKEN}",
    "https://www.example.org", f"http://www.example.org/{TOKEN}", "", None])
def test_link_to_another_site_is_refused(name, key, bad):
    complaint = refused({**LETTERS[name], key: bad})
    assert complaint == (f"mail/{LETTERS[name]['kind']}: {key} does not lead "
                         "to our own site")


@pytest.mark.parametrize("bad", [
    {"topic": ""}, {"postal": ""}, {"postal": None}, {"careers": []},
    {"to": "nobody"},
    {"careers": [{**NOTICE["careers"][0], "url": "https://evil.example/"}]},
    {"careers": [{**NOTICE["careers"][0], "name": ""}]}])
def test_letter_with_a_piece_missing_is_refused(bad):
    assert refused({**NOTICE, **bad})


def test_value_that_could_begin_a_line_of_the_head_is_refused():
    assert refused({**CONFIRM, "topic": "pay\r\nBcc: x@example.com"})
    assert refused({**NOTICE, "careers": [
        {**NOTICE["careers"][0], "name": "pay\nBcc: x@example.com"}]})


def test_markup_in_a_guide_is_text_in_the_mail():
    odd = {**NOTICE["careers"][0], "name": "R&D <b>\"lead\"</b>\n.\nFrom x"}
    text, page = bodies(made({**NOTICE, "careers": [odd, odd]}))
    assert "R&D <b>\"lead\"</b> . From x\n" in text
    assert "b" not in Page(page).tags
