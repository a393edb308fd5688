"""The page cache: keys, freshness, revalidation, outages."""
import threading
import time

import pytest

from client import wait_until

BROTLI = {"Accept-Encoding": "gzip, deflate, br"}


def answer(cache="max-age=10", body=b"page", status=200, **more):
    headers = {"Content-Type": "text/html", "Cache-Control": cache,
               "ETag": '"v1"', **{k.replace("_", "-"): v
                                  for k, v in more.items()}}
    return lambda params, _: (status, headers, body)


def at_once(count, call):
    """Calls from so many threads at the same time; returns all results."""
    barrier, results = threading.Barrier(count), []

    def run():
        barrier.wait()
        results.append(call())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def state_of(edge, path, headers=None):
    return edge.get(path, headers).headers["X-Cache"]


def test_the_key_is_path_arguments_country_and_encoding(edge, career):
    edge.get(career + "?utm=1&level=mid",
             {"Cookie": "country=sg; session=x", **BROTLI})
    edge.get(career + "/sg", {"Cookie": "country=de"})
    api = "/api/v1" + career.replace("/testing", "")
    edge.get(api + "?country=SG", {"Cookie": "country=de"})
    wait_until(lambda: len(
        {k for k in edge.cached_keys() if career[17:] in k}) >= 3)
    keys = {key for key in edge.cached_keys()
            if key.split("|")[0] in (career, career + "/sg", api)}
    assert keys == {f"{career}|&level=mid|SG:choice|br",
                    f"{career}/sg||:|identity",
                    f"{api}|&country=SG|:|identity"}


@pytest.mark.parametrize("header, encoding", [
    ("br", "br"), ("gzip, deflate, br;q=1.0", "br"), ("GZIP", "gzip"),
    ("gzip;q=0.5", "gzip"), ("br;q=0, gzip", "gzip"),
    ("br;q=0.000,gzip;q=0", "identity"), ("", "identity"),
    ("deflate", "identity"), ("x-gzip", "identity"), ("brotli", "identity"),
    ("identity", "identity"), ("gzip;q=x", "identity"), ("zstd,br", "br"),
    ("a" * 3000, "identity")])
def test_the_encoding_is_one_of_three(edge, career, header, encoding):
    edge.get(career, {"Accept-Encoding": header})
    assert edge.worker.of(career)[0]["ENCODING"] == encoding


def test_nothing_else_of_a_request_reaches_the_worker(edge, career):
    edge.get(career, {"Cookie": "country=sg; a=b", "Proxy": "evil", "X-A": "b",
                      "If-None-Match": '"x"', "Range": "bytes=0-1",
                      "Authorization": "Basic x", "Forwarded": "for=x"})
    assert set(edge.worker.of(career)[0]) == {
        "REQUEST_METHOD", "DOCUMENT_URI", "QUERY_STRING", "CONTENT_TYPE",
        "CONTENT_LENGTH", "REMOTE_ADDR", "COUNTRY", "COUNTRY_REASON",
        "ENCODING", "REQUEST_ID", "TRACE_ID", "REQUEST_START", "HTTP_ORIGIN",
        "HTTP_SEC_FETCH_SITE"}


@pytest.mark.parametrize("sent", ['"v1-br"', 'W/"v1-br"', '"a", "v1-br"',
                                  '"a",W/"v1-br"', "*"])
def test_a_matching_etag_is_304_from_miss_and_from_hit(edge, career, sent):
    for state in ("MISS", "HIT"):
        reply = edge.get(career, {"If-None-Match": sent, **BROTLI})
        assert (reply.status, reply.body) == (304, b"")
        assert reply.headers["X-Cache"] == state
        assert reply.headers["ETag"] == '"v1-br"'
        assert reply.headers["Vary"] == "Accept-Encoding"
        assert reply.headers["Cache-Control"] == "private, max-age=60"
        assert reply.headers["X-Request-Id"]
        assert reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize("sent", ['"v1-gzip"', '"v0-br"', "v1-br", '""', "x"])
def test_another_etag_is_200(edge, career, sent):
    for _ in range(2):
        reply = edge.get(career, {"If-None-Match": sent, **BROTLI})
        assert reply.status == 200 and reply.body
        assert reply.headers["Content-Encoding"] == "br"


def test_a_weak_etag_of_the_worker_matches_too(edge, career):
    edge.worker.answer = answer(ETag='W/"v7"')
    for sent in ('"v7"', 'W/"v7"'):
        assert edge.get(career, {"If-None-Match": sent}).status == 304


def test_last_modified_is_honoured_where_there_is_no_etag(edge, career):
    since = {"If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 GMT"}
    older = {"If-Modified-Since": "Sun, 22 Nov 2026 10:00:00 GMT"}
    assert edge.get(career, since).status == 304
    assert edge.get(career, older).status == 200
    assert edge.get(career, {"If-None-Match": '"x"', **since}).status == 200


def test_head_fills_the_cache_and_has_no_body(edge, career):
    edge.worker.answer = answer(Content_Length="4")
    for state in ("MISS", "HIT"):
        reply = edge.request("HEAD", career)
        assert (reply.status, reply.body) == (200, b"")
        assert reply.headers["Content-Length"] == "4"
        assert reply.headers["X-Cache"] == state
    assert edge.get(career).body == b"page"
    assert [p["REQUEST_METHOD"] for p in edge.worker.of(career)] == ["GET"]
    assert edge.request("HEAD", career, {"If-None-Match": "*"}).status == 304


def test_a_post_is_neither_stored_nor_served_from_the_store(edge, career):
    edge.get(career)
    for _ in range(2):
        edge.request("POST", career, body=b"a=b")
    methods = [p["REQUEST_METHOD"] for p in edge.worker.of(career)]
    assert methods == ["GET", "POST", "POST"]


def test_64_at_once_on_a_cold_key_are_one_request_of_the_worker(edge, career):
    edge.worker.delay = 0.2
    replies = at_once(64, lambda: edge.get(career))
    assert {r.status for r in replies} == {200}
    assert len(edge.worker.of(career)) == 1


def test_a_stale_page_is_served_while_one_request_refreshes_it(edge, career):
    edge.worker.answer = answer("max-age=1, stale-while-revalidate=60", b"old")
    edge.get(career)
    edge.worker.answer = answer("max-age=60", b"new")
    edge.worker.delay = 0.3
    time.sleep(2.1)
    replies = at_once(20, lambda: edge.get(career))
    states = [r.headers["X-Cache"] for r in replies]
    assert {r.body for r in replies} == {b"old"}
    assert states.count("STALE") == 1 and states.count("UPDATING") == 19
    wait_until(lambda: edge.get(career).body == b"new")
    assert len(edge.worker.of(career)) == 2


def test_a_page_past_its_stale_time_is_fetched(edge, career):
    edge.worker.answer = answer("max-age=1, stale-while-revalidate=1", b"old")
    edge.get(career)
    edge.worker.answer = answer("max-age=60", b"new")
    time.sleep(3.1)
    assert edge.get(career).body == b"new"


OUTAGES = {
    "worker dies": lambda params, body: None,
    "database is gone": lambda params, body: (
        503, {"Retry-After": "5", "Cache-Control": "no-store"}, b"no"),
    "worker fails": lambda params, body: (
        500, {"Cache-Control": "no-store"}, b"no"),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_a_known_page_outlives_an_outage(edge, career, outage):
    edge.worker.answer = answer("max-age=1", b"good")
    edge.get(career)
    edge.worker.answer = OUTAGES[outage]
    time.sleep(2.1)
    for _ in range(3):
        reply = edge.get(career)
        assert (reply.status, reply.body) == (200, b"good")
        assert reply.headers["X-Cache"] == "STALE"
    edge.worker.answer = answer("max-age=60", b"back")
    assert edge.get(career).body == b"back"


def test_a_hung_worker_costs_two_seconds(edge, career):
    edge.worker.answer = answer("max-age=1", b"good")
    edge.get(career)
    edge.worker.delay = 4
    time.sleep(2.1)
    began = time.monotonic()
    reply = edge.get(career)
    assert (reply.status, reply.body) == (200, b"good")
    assert 1.8 < time.monotonic() - began < 3
    cold = edge.get(career + "/sg")
    assert (cold.status, cold.text) == (504, "static 504\n")
    assert cold.headers["Retry-After"]


def test_an_unknown_page_during_an_outage_says_come_back(edge, career):
    edge.worker.answer = OUTAGES["worker dies"]
    reply = edge.get(career)
    assert (reply.status, reply.text) == (503, "static 503\n")
    assert reply.headers["Retry-After"] == "5"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["X-Request-Id"]
    edge.worker.answer = OUTAGES["database is gone"]
    reply = edge.get(career)
    assert (reply.status, reply.body) == (503, b"no")
    assert reply.headers["Retry-After"] == "5"


def test_a_get_is_asked_again_when_a_worker_dies_but_not_a_post(edge, career):
    edge.worker.answer = OUTAGES["worker dies"]
    edge.get("/go/dies")
    edge.request("POST", "/country", body=b"country=sg")
    assert len(edge.worker.of("/go/dies")) == 2
    assert len(edge.worker.of("/country")) == 1


def test_what_the_worker_does_not_let_be_stored_is_not(edge, career):
    edge.worker.answer = answer("no-store", b"no", 404)
    edge.get(career)
    edge.get(career)
    assert len(edge.worker.of(career)) == 2


def test_a_cookie_is_neither_stored_nor_sent_from_a_cached_route(edge, career):
    edge.worker.answer = answer("max-age=60", Set_Cookie="country=sg")
    for _ in range(2):
        assert "Set-Cookie" not in edge.get(career).headers
    assert len(edge.worker.of(career)) == 2
    assert edge.request("POST", "/country", body=b"x").headers["Set-Cookie"]


def test_the_browser_hears_what_was_meant_for_it(edge, career):
    edge.worker.answer = answer("max-age=60", X_Browser_Cache="public",
                                Vary="Cookie")
    for _ in range(2):
        headers = edge.get(career).headers
        assert headers.get_all("Cache-Control") == ["public"]
        assert headers.get_all("Vary") == ["Accept-Encoding"]
        assert "X-Browser-Cache" not in headers
    edge.worker.answer = answer("max-age=60")
    reply = edge.get(career + "/sg")
    assert reply.headers.get_all("Cache-Control") == ["no-store"]


@pytest.mark.parametrize("name", ["X-Accel-Redirect", "X-Accel-Expires",
                                  "X-Accel-Limit-Rate"])
def test_the_worker_can_not_steer_nginx(edge, career, name):
    edge.worker.answer = lambda params, body: (
        200, {name: "/static/style.0123abcd.css" if "Re" in name else "1",
              "Cache-Control": "max-age=60"}, b"mine" * 1000)
    began = time.monotonic()
    assert edge.get(career).body == b"mine" * 1000
    assert state_of(edge, career) == "HIT"
    assert time.monotonic() - began < 1
