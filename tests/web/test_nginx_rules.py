"""Rules over nginx's configuration, and that each of them can fail."""
import inspect

import pytest

import nginx_rules
from nginx_config import parse, read_directory, read_dump
from nginx_regex import is_slow
from observe import configuration
from test_render import GOOD, render

RULES = {name: rule for name, rule in inspect.getmembers(
    nginx_rules, inspect.isgeneratorfunction)
    if name[0] != "_" and name != "regexes"
    and list(inspect.signature(rule).parameters) == ["block"]}

SAFE = """worker_rlimit_nofile 16; events { worker_connections 8; }
http { client_max_body_size 1k; client_body_buffer_size 1k;
client_header_buffer_size 1k; client_header_timeout 1s; client_body_timeout 1s;
send_timeout 1s; keepalive_timeout 1s; keepalive_requests 9;
large_client_header_buffers 4 8k; %s }"""
# What breaks each rule, and what comes near and does not.
BAD = {
    "added_headers_drop_no_inherited_one": [
        "server { add_header A 1; location / { add_header B 1; } }",
        "add_header A 1; server { location / { if ($x) { add_header b 1; } "
        "} }"],
    "added_headers_are_one_line_and_no_type": [
        "add_header A 'b\n c';", "add_header content-type text/html;"],
    "the_host_of_a_client_leads_nowhere": [
        "proxy_set_header Host $http_host;", "return 301 https://$host/;",
        "map $host $x { ~^(?<n>.*)$ $n; } add_header A $x;",
        "fastcgi_cache_key ${host}$uri;"],
    "no_line_break_reaches_a_header": [
        "return 301 https://a$uri;", "rewrite ^ http://a$document_uri;",
        "location ~ ^/a/(?<id>.*)$ { return 302 /b/$id; }",
        "rewrite ^/a/(.*)$ http://b/$1;", "set $x a$uri; add_header A $x;"],
    "aliases_lead_out_of_no_directory": [
        "location /i { alias /data/; }", "location /i/ { alias /data; }",
        "location ~ ^/i/(.*)$ { alias /data/$1; }"],
    "regexes_are_anchored": [
        r"location ~ \.php$ { }", "location ~* ^/a { }",
        "if ($http_referer ~ evil) { return 403; }", "rewrite /a /b;",
        "server_name ~a;", "map $http_origin $x { ~a.example 1; }"],
    "regexes_take_little_time": [
        'location ~ "^/(a+)+$" { }', "map $args $x { '~(?:.*,)*x' 1; }",
        "if ($x ~ ^(\\w|\\d)*\\w*$) { return 1; }", "rewrite ^.*.*$ /b;",
        r"map $args $x { '~^\s*\s*a' 1; }"],
    "each_address_has_one_default_server": [
        "server { listen 80; }",
        "server { listen 80 default_server; } "
        "server { listen [::]:80; }",
        "server { listen 80 default_server; } "
        "server { listen 80 default_server; }"],
    "default_servers_serve_nothing": [
        "server { listen 80 default_server; location / { root /; } }",
        "server { listen 80 default_server; }"],
    "the_version_is_not_told": ["", "server_tokens on;",
                                "server_tokens off; server { "
                                "server_tokens build; }"],
    "no_page_tells_of_the_server": [
        "location = /x { stub_status; }", "location / { autoindex on; }",
        "location = /metrics { root /; }"],
    "passes_have_fixed_targets": [
        "location / { proxy_pass http://$arg_to; }",
        "location / { fastcgi_pass ${worker}; }"],
    "ifs_only_return": ["if ($x) { root /; }", "if ($x) { proxy_pass a; }"],
    "paths_are_merged_and_errors_logged": [
        "merge_slashes off;", "underscores_in_headers on;",
        "ignore_invalid_headers off;", "error_log off;",
        "error_log /dev/null;"],
    "no_referer_is_not_a_valid_one": ["valid_referers none blocked a.b;"],
    "what_is_allowed_is_denied_to_others": ["location / { allow 10.0.0.1; }"],
    "names_are_asked_of_nobody_outside": ["resolver 8.8.8.8;",
                                          "resolver 127.0.0.1 dns.example;"],
    "workers_choose_no_file": [
        "location / { fastcgi_pass a; }",
        "location / { fastcgi_pass a; proxy_ignore_headers X-Accel-Redirect; "
        "}"],
    "error_pages_are_internal": [
        "error_page 404 /_e/404.html; location /_e/ { root /; }",
        "error_page 404 /404.html;", "error_page 404 http://a.example/;"],
    "every_client_has_limits": [
        "client_max_body_size 10m;", "client_header_timeout 60s;",
        "server { client_body_timeout 300; }"],
    "what_is_passed_on_is_limited": [
        "location / { fastcgi_pass a; }",
        "limit_req zone=a; location / { fastcgi_pass a; }",
        "limit_req_zone $http_x_forwarded_for zone=a:1m rate=1r/s;",
        "map $cookie_a $b { a $binary_remote_addr; } "
        "limit_conn_zone $b zone=a:1m;"],
    "tls_is_of_this_decade": [
        "server { listen 443 ssl; } ssl_session_tickets off;",
        "server { listen 443 ssl; } ssl_session_tickets off; "
        "ssl_protocols TLSv1.1 TLSv1.2;",
        "server { listen 443 ssl; } ssl_protocols TLSv1.3;",
        "server { listen 443 ssl; } ssl_session_tickets off; "
        "ssl_protocols TLSv1.3; ssl_ciphers HIGH:!aNULL;"],
}
GOOD_BLOCK = r"""
server_tokens off;
ssl_protocols TLSv1.2; ssl_session_tickets off; resolver 127.0.0.1 valid=9s;
limit_req_zone $binary_remote_addr zone=a:1m rate=1r/s;
map $host $log { "~^(?<n>[a-z]*)$" $n; }
map $args $x { "~^(?:[^&]*&)*a(?:=[^&]*)?(?:&|$)" 1; "~^a+\s*b\s*$" 2; }
server { listen 443 ssl default_server; location / { return 421; } }
server {
	listen 443 ssl;
	error_page 404 /_e/404.html;
	limit_req zone=a; limit_conn a 1;
	add_header A "b; c";
	location ^~ /_e/ { internal; alias /data/; }
	location ~ "^/a{1,2}$" {
		add_header A 1; add_header B $uri_of_another;
		fastcgi_ignore_headers X-Accel-Redirect;
		fastcgi_param DOCUMENT_URI $uri;
		fastcgi_pass a;
	}
	location = /status { allow ::1; deny all; return 200 $request_uri; }
	location /b { if ($x) { return 404; } valid_referers blocked a.b; }
}
"""


@pytest.fixture(scope="module")
def blocks(site, proxied_site, tmp_path_factory):
    """As a copy has it, behind proxies, and as it is in production."""
    directory = tmp_path_factory.mktemp("conf")
    done = render(directory, **GOOD, HTTPS_LISTEN="443 [::]:443",
                  TLS_CERTIFICATE="/a.pem", TLS_CERTIFICATE_KEY="/a.key",
                  NGINX_USER="www-data")
    assert done.returncode == 0, done.stderr
    return {"site": read_dump(configuration(site)),
            "proxied": read_dump(configuration(proxied_site)),
            "production": read_directory(directory)}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("name", ["site", "proxied", "production"])
def test_the_configuration_keeps(blocks, name, rule):
    assert len(list(blocks[name].find("location"))) > 15
    assert list(RULES[rule](blocks[name])) == []


@pytest.mark.parametrize("rule, fragment", [
    (rule, fragment) for rule in RULES for fragment in BAD[rule]])
def test_a_breach_is_found(rule, fragment):
    assert list(RULES[rule](parse(SAFE % fragment)))


@pytest.mark.parametrize("rule", RULES)
def test_what_is_right_is_not_complained_of(rule):
    assert list(RULES[rule](parse(SAFE % GOOD_BLOCK))) == []


@pytest.mark.parametrize("missing", [
    "worker_rlimit_nofile 16;", "client_max_body_size 1k;",
    "send_timeout 1s;", "large_client_header_buffers 4 8k;"])
def test_a_limit_that_is_missing_is_found(missing):
    text = (SAFE % "").replace(missing, "")
    assert list(RULES["every_client_has_limits"](parse(text)))


@pytest.mark.parametrize("pattern, expected", [
    ("(a+)+b", True), ("(?:a*b*)*c", True), ("(a|ab|b)*c", True),
    ("a.*b.*c", True), (".*.*", True), (r"\d+\w*x", True),
    (r"\d+(?:-\w)?\d*", True), (r"\d+-\d*", False),
    ("(?:[^,]*,)*x", False), ("(?:[^;]*,)*x", True), ("[a-z]{1,9}[a-z]*",
                                                      False),
    ("(?:a{1,99}){1,99}", True), ("(?!a+a+)b", True), ("(?<n>a)+b+", False)])
def test_slow_patterns_are_told_by_their_shape(pattern, expected):
    assert is_slow(pattern) is expected


@pytest.mark.parametrize("text", ["a {", "a }", "}", "a", ";", "a; {", '"'])
def test_what_is_no_configuration_is_refused(text):
    with pytest.raises(ValueError):
        parse(text)


def test_words_are_read_as_nginx_reads_them():
    whole = parse('# a { b;\nmap "$a;{}" $b { "" \'it"s\'; ~^a\\;b$ "\\"x"; }'
                  "server { include x/y; } ", {"y": "listen 80 # c;\n ssl;"})
    assert [c.text for c in whole.find("map", "", "~^a\\;b$", "listen")] == [
        "map $a;{} $b", ' it"s', '~^a\\;b$ "x', "listen 80 ssl"]
