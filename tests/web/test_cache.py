"""The page cache: its keys, validators, and what it does not keep."""
import pytest

from client import at_once, wait_until
from faults import hung_workers, stampede
from local_site import CAREER
from observe import age, cached_keys, heard, heard_of, kept, queries

API = "/api/v1/careers/backend-developer"
BROTLI = {"Accept-Encoding": "gzip, deflate, br"}
PAGES = ["/", "/careers", "/careers/information-technology", CAREER,
         CAREER + "/sg", "/methodology", "/disclosure", "/privacy",
         "/sitemap.xml", "/feed.xml", "/robots.txt",
         "/.well-known/security.txt", API, API + "/salaries",
         "/api/v1/careers", "/api/v1/categories", "/api/v1/sources"]


def state_of(reply):
    return reply.headers["X-Cache"]


def test_the_key_is_path_arguments_country_and_encoding(site):
    for path, headers, key in (
            (CAREER + "?utm=1&level=mid",
             {"Cookie": "country=ae; session=x", **BROTLI},
             f"{CAREER}|&level=mid|AE:choice|br"),
            (CAREER + "/nl?x", {"Cookie": "country=de"},
             f"{CAREER}/nl||:|identity"),
            (API + "?country=nL", {"Cookie": "country=de"},
             f"{API}|&country=nL|:|identity")):
        before = cached_keys(site, path.split("?")[0])
        site.get(path, headers)
        assert key in cached_keys(site, path.split("?")[0])
        assert cached_keys(site, path.split("?")[0]) - before <= {key}


@pytest.mark.parametrize("header, encoding", [
    ("br", "br"), ("gzip, deflate, br;q=1.0", "br"), ("GZIP", "gzip"),
    ("gzip;q=0.5", "gzip"), ("br;q=0, gzip", "gzip"),
    ("br;q=0.000,gzip;q=0", "identity"), ("", "identity"),
    ("deflate", "identity"), ("x-gzip", "identity"), ("brotli", "identity"),
    ("identity", "identity"), ("gzip;q=x", "identity"), ("zstd,br", "br"),
    pytest.param("a" * 3000, "identity", id="long")])
def test_the_encoding_is_one_of_three(site, nothing, header, encoding):
    reply = site.get(nothing, {"Accept-Encoding": header})
    assert heard(site, reply)["encoding"] == encoding
    page = site.get(CAREER, {"Accept-Encoding": header})
    assert page.headers.get("Content-Encoding", "identity") == encoding
    assert {key.rsplit("|")[-1] for key in cached_keys(site)} <= \
        {"br", "gzip", "identity"}


def test_encodings_differ_in_etag_and_size(site):
    replies = [site.get(CAREER, {"Accept-Encoding": name})
               for name in ("identity", "gzip", "br")]
    assert len({r.headers["ETag"] for r in replies}) == 3
    sizes = [len(r.body) for r in replies]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_kept_and_revalidated_by_its_own_etag(site, path):
    for encoding in ("identity", "gzip", "br"):
        accept = {"Accept-Encoding": encoding}
        first = site.get(path, accept)
        assert first.status == 200 and "Set-Cookie" not in first.headers
        etag = first.headers["ETag"]
        assert kept(site, path, accept).headers["ETag"] == etag
        same = site.get(path, {"If-None-Match": etag, **accept})
        assert (same.status, same.body) == (304, b"")
        assert same.headers["ETag"] == etag
        head = site.request("HEAD", path, accept)
        assert (head.status, head.body) == (200, b"")
        assert head.headers["ETag"] == etag
        assert head.headers["Content-Length"] == str(len(first.body))


@pytest.mark.parametrize("form", ["{}", "W/{}", '"a", {}', '"a",W/{}', "*"])
def test_a_matching_etag_is_304_from_miss_and_from_hit(site, unseen, form):
    etag = site.get(unseen, BROTLI).headers["ETag"]
    age(site, unseen.split("?")[0], 70)
    headers = {"If-None-Match": form.format(etag), **BROTLI}
    expired = site.get(unseen, headers)
    assert state_of(expired) == "EXPIRED"
    # nginx answers 304 while it still writes the page down.
    for reply in (expired, kept(site, unseen, headers)):
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["ETag"] == etag
        assert reply.headers["Vary"] == "Accept-Encoding"
        assert reply.headers["Cache-Control"].startswith("public")
        assert reply.headers["X-Request-Id"]
        assert reply.headers["Content-Security-Policy"]


def test_a_page_that_is_new_to_the_cache_can_be_304(site, unseen):
    reply = site.get(unseen, {"If-None-Match": "*"})
    assert (reply.status, state_of(reply)) == (304, "MISS")
    assert site.get(unseen).status == 200


def test_another_etag_is_200(site):
    etags = [site.get(CAREER, {"Accept-Encoding": name}).headers["ETag"]
             for name in ("gzip", "br")]
    for sent in (etags[0], etags[1].strip('"'), etags[1][:-2] + '"', '""',
                 "x"):
        reply = site.get(CAREER, {"If-None-Match": sent, **BROTLI})
        assert reply.status == 200 and reply.body
        assert reply.headers["Content-Encoding"] == "br"


def test_last_modified_is_honoured_where_there_is_no_etag(site):
    path = CAREER + "/sg"
    since = {"If-Modified-Since": site.get(path).headers["Last-Modified"]}
    older = {"If-Modified-Since": "Sun, 22 Nov 2015 10:00:00 GMT"}
    assert site.get(path, since).status == 304
    assert site.get(path, older).status == 200
    assert site.get(path, {"If-None-Match": '"x"', **since}).status == 200


def test_head_fills_the_cache_and_has_no_body(site, unseen):
    heads = [site.request("HEAD", unseen) for _ in range(2)]
    assert [state_of(r) for r in heads] == ["MISS", "HIT"]
    assert {(r.status, r.body) for r in heads} == {(200, b"")}
    page = site.get(unseen)
    assert state_of(page) == "HIT"
    assert {r.headers["Content-Length"] for r in heads} == \
        {str(len(page.body))}
    reply = site.request("HEAD", unseen, {"If-None-Match": "*"})
    assert reply.status == 304


def test_a_post_is_neither_stored_nor_served_from_the_store(site, unseen):
    page = site.get(unseen)
    for _ in range(2):
        reply = site.request("POST", unseen, body=b"a=b")
        assert reply.status == 405 and heard(site, reply)
    again = site.get(unseen)
    assert state_of(again) == "HIT" and again.body == page.body


def test_64_at_once_on_a_cold_key_are_one_request_and_one_query(site, unseen):
    path = unseen.split("?")[0]
    before = len(heard_of(site, path))
    with queries(site) as count:
        replies = stampede(site, unseen)
    assert [r.status for r in replies] == [200] * 64
    assert len(heard_of(site, path)) == before + 1
    assert count("career_page") == 1


@pytest.mark.parametrize("seconds, state", [
    (3, "HIT"), (7, "STALE"), (13, "EXPIRED")])
def test_a_page_is_fresh_for_5_seconds_and_stale_for_5_more(
        site, unseen, seconds, state):
    path = unseen.split("?")[0]
    page = site.get(unseen)
    before = len(heard_of(site, path))
    age(site, path, seconds)
    reply = site.get(unseen)
    assert (state_of(reply), reply.body) == (state, page.body)
    if state != "HIT":
        wait_until(lambda: len(heard_of(site, path)) == before + 1)


def test_a_stale_page_is_served_while_one_request_refreshes_it(site, unseen):
    path = unseen.split("?")[0]
    site.get(unseen)
    before = len(heard_of(site, path))
    age(site, path, 6)
    with hung_workers(site):
        replies = at_once(20, lambda: site.get(unseen))()
        assert sorted(map(state_of, replies)) == ["STALE"] + ["UPDATING"] * 19
    wait_until(lambda: state_of(site.get(unseen)) == "HIT")
    assert len(heard_of(site, path)) == before + 1


@pytest.mark.parametrize("path", ["/careers/none", "/careers/none/none/sg",
                                  "/api/v1/careers/none"])
def test_what_is_not_found_is_not_kept(site, path):
    for _ in range(2):
        reply = site.get(path)
        assert reply.status == 404 and heard(site, reply)
        assert reply.headers.get_all("Cache-Control") == ["no-store"]
    assert not cached_keys(site, path)


@pytest.mark.parametrize("path, caching", [
    (CAREER, "private, no-cache"), ("/", "private, no-cache"),
    (CAREER + "/sg", "public, max-age=0, s-maxage=5"),
    (API, "public, max-age=0, s-maxage=5")])
def test_the_browser_hears_what_was_meant_for_it(site, path, caching):
    for _ in range(2):
        headers = site.get(path).headers
        assert headers.get_all("Cache-Control") == [caching]
        assert headers.get_all("Vary") == [
            "Accept, Accept-Encoding" if path == API else "Accept-Encoding"]
        assert "X-Browser-Cache" not in headers
