"""The visitor's country and the reason that the page gives for it."""
import pytest

from local_site import CAREER
from observe import cached_keys, heard, logged


def told(site, headers=None, **how):
    """What the worker heard about a request's country."""
    fields = heard(site, site.get("/nothing", headers, **how))
    return f"{fields['country']} {fields['country_reason']}"


@pytest.mark.parametrize("code", "my sg ph th id vn in au nz gb de nl us ca "
                         "ae".split())
def test_a_choice_counts(site, code):
    headers = {"Cookie": f"a=b; country={code}", "Accept-Language": "en-NZ"}
    assert told(site, headers) == f"{code.upper()} choice"


BAD_COOKIES = ["country=SG", "country=uk", "country=xx", "country=sg%00",
               "country=", "country=sgp", "country=s", "country=sg x",
               'country="sg"', "my=sg", "country=../sg", "xcountry=sg",
               "country=\xffsg", "country='--", "country=%0a"]


@pytest.mark.parametrize("cookie", BAD_COOKIES)
def test_a_bad_cookie_counts_for_nothing(site, cookie):
    assert told(site, {"Cookie": cookie}) == "US default"


def test_bad_cookies_share_one_page(site):
    plain = site.get(CAREER)
    before = cached_keys(site, CAREER)
    pages = [site.get(CAREER, {"Cookie": cookie}) for cookie in BAD_COOKIES]
    assert {page.body for page in pages} == {plain.body}
    assert cached_keys(site, CAREER) == before


@pytest.mark.parametrize("header, expected", [
    ("en-SG,en;q=0.9", "SG"), ("de-DE", "DE"), ("en-gb", "GB"),
    ("de,en-US;q=0.7,en;q=0.3", "DE"), ("fr-FR,fr;q=0.9,en-US;q=0.8", "US"),
    ("nl", "NL"), ("ms", "MY"), ("th", "TH"), ("id", "ID"), ("vi", "VN"),
    ("fil", "PH"), ("tl-PH", "PH"), ("hi", "IN"), ("zh-Hans-SG", "SG"),
    ("en-FR, vi", "VN"), ("en-GB;q=0, nl;q=0.5", "NL"),
    ("hi;q=0.000, ms ;q=0.1", "MY"), ("  ,en-AU", "AU"), ("ar-AE", "AE")])
def test_the_language_tells_a_country(site, header, expected):
    assert told(site, {"Accept-Language": header}) == f"{expected} language"


@pytest.mark.parametrize("header", [
    "", "en", "*", "fr-FR", "en-USA", "inde", "en_SG", "de;q=0", "x-SG-y",
    "en-SG;q=x", ";;;,,,", pytest.param("a" * 5000, id="long"),
    pytest.param("en-" * 1000, id="many")])
def test_a_language_without_a_country_of_ours(site, header):
    assert told(site, {"Accept-Language": header}) == "US default"


def test_headers_of_others_count_for_nothing(site):
    spoofed = {"CF-IPCountry": "SG", "X-Forwarded-For": "165.21.83.88",
               "X-Real-IP": "165.21.83.88", "Forwarded": "for=165.21.83.88",
               "X-Country": "SG", "Country": "SG",
               "True-Client-IP": "165.21.83.88"}
    assert told(site, spoofed, client="127.0.0.77") == "US default"
    reply = site.get(CAREER, {**spoofed, "X-Forwarded-Host": "evil.example"},
                     client="127.0.0.77")
    assert reply.body == site.get(CAREER).body
    assert logged(site, reply)["ip"] == "127.0.0.77"


@pytest.mark.parametrize("path", ["/careers/none/none/sg", "/go/none",
                                  "/api/v1/careers/none"])
def test_where_no_country_is_needed_none_is_told(site, path):
    reply = site.get(path, {"Cookie": "country=de"})
    fields = heard(site, reply)
    assert fields["country"] == fields["country_reason"] == ""


@pytest.mark.parametrize("address, country", [
    ("175.139.142.25", "MY"), ("165.21.83.88", "SG"), ("49.144.1.1", "PH"),
    ("110.164.1.1", "TH"), ("103.10.60.1", "ID"), ("203.113.131.1", "VN"),
    ("117.192.1.1", "IN"), ("203.97.1.1", "NZ"), ("212.58.244.1", "GB"),
    ("194.25.0.125", "DE"), ("193.0.6.139", "NL"), ("8.8.8.8", "US"),
    ("99.224.0.1", "CA"), ("94.200.1.1", "AE"), ("2400:8901::1", "SG")])
def test_the_connection_tells_a_country(proxied_site, address, country):
    assert told(proxied_site, {"X-Forwarded-For": address}) == \
        f"{country} connection"


def test_only_a_trusted_proxy_is_believed(proxied_site):
    hints = {"CF-IPCountry": "SG", "X-Forwarded-For": "194.25.0.125"}
    assert told(proxied_site, hints, client="127.200.0.1") == "US default"
    assert told(proxied_site, hints, client="127.0.0.1") == "SG edge"


def test_the_order_of_hints(proxied_site):
    hints = {"Cookie": "country=ae", "CF-IPCountry": "SG",
             "X-Forwarded-For": "194.25.0.125", "Accept-Language": "en-NZ"}
    for gone, expected in (("", "AE choice"), ("Cookie", "SG edge"),
                           ("CF-IPCountry", "DE connection"),
                           ("X-Forwarded-For", "NZ language"),
                           ("Accept-Language", "US default")):
        hints.pop(gone, None)
        assert told(proxied_site, hints) == expected


@pytest.mark.parametrize("value", ["XX", "T1", "sgp", "", "S"])
def test_a_country_header_that_tells_none(proxied_site, value):
    assert told(proxied_site, {"CF-IPCountry": value}) == "US default"


def test_a_country_that_is_none_of_ours_is_not_passed_over(proxied_site):
    assert told(proxied_site, {"CF-IPCountry": "FR"}) == "US elsewhere"


@pytest.mark.parametrize("peer, forwarded, visitor", [
    ("127.0.0.1", "165.21.83.88", "165.21.83.88"),
    ("127.0.0.1", "8.8.8.8, 165.21.83.88, 127.0.0.5", "165.21.83.88"),
    ("127.0.0.1", "2400:8901::1", "2400:8901::1"),
    ("127.200.0.1", "165.21.83.88", "127.200.0.1"),
    ("127.0.0.88", "nonsense", "127.0.0.88"),
    ("127.0.0.88", "", "127.0.0.88"),
    ("127.0.0.88", "999.1.1.1", "127.0.0.88"),
    ("127.0.0.88", "a, b", "127.0.0.88")])
def test_the_nearest_untrusted_address_is_the_visitor(proxied_site, peer,
                                                      forwarded, visitor):
    reply = proxied_site.get("/nothing", {"X-Forwarded-For": forwarded},
                             client=peer)
    assert logged(proxied_site, reply)["ip"] == visitor
    expected = "US default" if visitor == peer else "SG connection"
    fields = heard(proxied_site, reply)
    assert f"{fields['country']} {fields['country_reason']}" == expected
