"""The page /api: its lines can be copied and do what it says."""
import html
import json
import re
import subprocess

import pytest

from furnished import EXEMPT, HERE
from local_site import TOP

VIEW = (TOP / "src/views/api/guide.html").read_text("utf-8")
BLOCKS = re.findall(r'<pre class="shell"><code>(.*?)</code></pre>', VIEW,
                    re.S)


def shell(site, script, directory):
    done = subprocess.run(
        ["sh", "-euc", script], cwd=directory, capture_output=True,
        text=True, timeout=60,
        env={"PATH": "/usr/bin:/bin", "CURL_HOME": str(directory)})
    assert done.returncode == 0, (script, done.stderr)
    return done.stdout


def documents(text):
    """JSON after JSON, as several lines of curl print it."""
    found, at, decoder = [], 0, json.JSONDecoder()
    while text[at:].strip():
        at += len(text[at:]) - len(text[at:].lstrip())
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def script_of(site, block):
    return html.unescape(block).replace("{{site_url}}", site.url)


@pytest.mark.parametrize("block", [
    b for b in BLOCKS if " -s '" in b or " -s {" in b or ' -s "' in b])
def test_each_line_that_shows_a_document_does(site, tmp_path, block):
    (tmp_path / ".curlrc").write_text(f"interface = {EXEMPT}\n")
    script = script_of(site, block)
    shown = documents(shell(site, script, tmp_path))
    assert len(shown) == sum("curl" in line and "=$(" not in line
                             for line in script.splitlines())
    for document in shown:
        if "sort=pay" in script:
            assert document["errors"][0]["parameter"] == "sort"
        else:
            assert "status" not in document, document


def block_with(word):
    found, = [b for b in BLOCKS if word in b]
    return found


def test_the_exports_are_saved(site, tmp_path):
    shell(site, script_of(site, block_with("export/")), tmp_path)
    assert (tmp_path / "salaries.csv").read_text().startswith("career,")
    json.loads((tmp_path / "careers.ndjson").read_text().splitlines()[0])


def test_a_second_look_is_a_304(site, tmp_path):
    out = shell(site, script_of(site, block_with("--etag-save")), tmp_path)
    assert out == "304\n"
    assert json.loads((tmp_path / "guide.json").read_text())["slug"] == \
        "backend-developer"


def test_the_limits_are_told(site, tmp_path):
    out = shell(site, script_of(site, block_with("-sI")), tmp_path)
    policy = re.search(r"RateLimit-Policy: (.*)", out)[1]
    assert policy.startswith('"address";q=60;w=3, "search";q=20;w=4')


def test_every_line_of_the_page_is_tried_here():
    shown = [b for b in BLOCKS if " -s '" in b or " -s {" in b or ' -s "' in b]
    others = [block_with(w) for w in ("export/", "--etag-save", "-sI")]
    assert sorted({*shown, *others}) == sorted(set(BLOCKS))


def test_the_script_is_the_one_that_is_tested(site):
    page = site.get("/api").text
    script = re.search(r'<pre class="shell" id="script"><code>(.*?)</code>',
                       page, re.S)[1]
    assert html.unescape(script) + "\n" == (HERE / "mirror").read_text()


def test_the_page_has_the_addresses_of_its_own_site(site):
    page = site.get("/api").text
    assert f"curl -s {site.url}/api/v1/about" in page
    assert "{{" not in page
