"""The visitor's country and the reason that the page gives for it."""
import pytest


def told(edge, path, headers=None, **how):
    """What the worker heard about a request's country, caching aside."""
    edge.worker.answer = lambda params, body: (
        200, {"Cache-Control": "no-store"},
        "{COUNTRY} {COUNTRY_REASON} {REMOTE_ADDR}".format(**params).encode())
    return edge.get(path, headers, **how).text.rsplit(" ", 1)


@pytest.mark.parametrize("code", "my sg ph th id vn in au nz gb de nl us ca "
                         "ae".split())
def test_a_choice_counts(edge, career, code):
    headers = {"Cookie": f"a=b; country={code}", "Accept-Language": "en-NZ"}
    assert told(edge, career, headers)[0] == f"{code.upper()} choice"


@pytest.mark.parametrize("cookie", [
    "country=SG", "country=uk", "country=xx", "country=sg%00", "country=",
    "country=sgp", "country=s", "country=sg x", 'country="sg"', "my=sg",
    "country=../sg", "xcountry=sg", "country=\xffsg"])
def test_a_bad_cookie_counts_for_nothing(edge, career, cookie):
    before = edge.cached_keys()
    assert told(edge, career, {"Cookie": cookie})[0] == "US default"
    assert edge.cached_keys() == before


@pytest.mark.parametrize("header, expected", [
    ("en-SG,en;q=0.9", "SG"), ("de-DE", "DE"), ("en-gb", "GB"),
    ("de,en-US;q=0.7,en;q=0.3", "DE"), ("fr-FR,fr;q=0.9,en-US;q=0.8", "US"),
    ("nl", "NL"), ("ms", "MY"), ("th", "TH"), ("id", "ID"), ("vi", "VN"),
    ("fil", "PH"), ("tl-PH", "PH"), ("hi", "IN"), ("zh-Hans-SG", "SG"),
    ("en-FR, vi", "VN"), ("en-GB;q=0, nl;q=0.5", "NL"),
    ("hi;q=0.000, ms ;q=0.1", "MY"), ("  ,en-AU", "AU"), ("ar-AE", "AE")])
def test_the_language_tells_a_country(edge, career, header, expected):
    reply = told(edge, career, {"Accept-Language": header})
    assert reply[0] == f"{expected} language"


@pytest.mark.parametrize("header", [
    "", "en", "*", "fr-FR", "en-USA", "inde", "en_SG", "de;q=0", "x-SG-y",
    "en-SG;q=x", ";;;,,,", "a" * 5000, "en-" * 1000])
def test_a_language_without_a_country_of_ours(edge, career, header):
    reply = told(edge, career, {"Accept-Language": header})
    assert reply[0] == "US default"


def test_headers_of_others_count_for_nothing(edge, career):
    spoofed = {"CF-IPCountry": "SG", "X-Forwarded-For": "165.21.83.88",
               "X-Real-IP": "165.21.83.88", "Forwarded": "for=165.21.83.88",
               "X-Country": "SG", "True-Client-IP": "165.21.83.88"}
    assert told(edge, career, spoofed, client="127.0.0.77") == \
        ["US default", "127.0.0.77"]


def test_an_explicit_country_needs_no_visitor(edge, career):
    assert told(edge, career + "/sg", {"Cookie": "country=de"})[0] == " "
    assert told(edge, career + "/uae", {"Accept-Language": "de"})[0] == " "


@pytest.mark.parametrize("address, country", [
    ("175.139.142.25", "MY"), ("165.21.83.88", "SG"), ("49.144.1.1", "PH"),
    ("110.164.1.1", "TH"), ("103.10.60.1", "ID"), ("203.113.131.1", "VN"),
    ("117.192.1.1", "IN"), ("203.97.1.1", "NZ"), ("212.58.244.1", "GB"),
    ("194.25.0.125", "DE"), ("193.0.6.139", "NL"), ("8.8.8.8", "US"),
    ("99.224.0.1", "CA"), ("94.200.1.1", "AE"), ("2400:8901::1", "SG")])
def test_the_connection_tells_a_country(proxied_edge, career, address,
                                        country):
    assert told(proxied_edge, career, {"X-Forwarded-For": address}) == \
        [f"{country} connection", address]


def test_only_a_trusted_proxy_is_believed(proxied_edge, career):
    hints = {"CF-IPCountry": "SG", "X-Forwarded-For": "194.25.0.125"}
    assert told(proxied_edge, career, hints, client="127.200.0.1") == \
        ["US default", "127.200.0.1"]


def test_the_order_of_hints(proxied_edge, career):
    hints = {"Cookie": "country=ae", "CF-IPCountry": "SG",
             "X-Forwarded-For": "194.25.0.125", "Accept-Language": "en-NZ"}
    for gone, expected in (("", "AE choice"), ("Cookie", "SG edge"),
                           ("CF-IPCountry", "DE connection"),
                           ("X-Forwarded-For", "NZ language"),
                           ("Accept-Language", "US default")):
        hints.pop(gone, None)
        assert told(proxied_edge, career, hints)[0] == expected


@pytest.mark.parametrize("value", ["XX", "T1", "sgp", "", "S", "FR"])
def test_a_country_header_that_tells_none_of_ours(proxied_edge, career,
                                                  value):
    assert told(proxied_edge, career, {"CF-IPCountry": value})[0] == \
        "US default"


def test_the_nearest_untrusted_address_is_the_visitor(proxied_edge, career):
    reply = told(proxied_edge, career,
                 {"X-Forwarded-For": "8.8.8.8, 165.21.83.88, 127.0.0.5"})
    assert reply == ["SG connection", "165.21.83.88"]


@pytest.mark.parametrize("forwarded", ["nonsense", "", "999.1.1.1", "a, b"])
def test_a_broken_forwarded_header_leaves_the_peer(proxied_edge, career,
                                                   forwarded):
    assert told(proxied_edge, career, {"X-Forwarded-For": forwarded},
                client="127.0.0.88") == ["US default", "127.0.0.88"]
