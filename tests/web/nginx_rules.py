"""What no configuration of nginx should hold: the rules of gixy, and ours.

Each rule takes the block around all (nginx_config.py) and yields a sentence
a breach.
"""
import re

from nginx_regex import is_slow

VARIABLE = re.compile(r"\$\{?(\w+)\}?")
PASSES = ("proxy_pass", "fastcgi_pass", "uwsgi_pass", "scgi_pass",
          "grpc_pass", "memcached_pass")
# Where a line break would do harm, and where a host of a client's choice.
HEADERS = ("return", "rewrite", "add_header", "proxy_set_header",
           "proxy_pass", "error_page")
TARGETS = (*HEADERS, "fastcgi_cache_key", "proxy_cache_key")


def variables(directive):
    return {name for arg in directive.args for name in VARIABLE.findall(arg)}


def regexes(block):
    """(directive, pattern) of each regular expression."""
    for directive in block.find("location", "if", "rewrite", "server_name"):
        args = directive.args
        if directive.name == "rewrite":
            yield directive, args[0]
        elif directive.name == "server_name":
            for name in args:
                if name.startswith("~"):
                    yield directive, name[1:]
        else:
            for sign, pattern in zip(args, args[1:]):
                if re.fullmatch(r"\(?!?~\*?", sign):
                    yield directive, pattern.removesuffix(")")
    for mapping in block.find("map"):
        for line in mapping.children:
            if line.name.startswith("~"):
                yield line, re.sub(r"^~\*?", "", line.name)


def tainted(block, sources):
    """The sources, and what map and set make of them."""
    found = set(sources)
    while True:
        new = {made for made, taken in _made(block) if taken & found}
        if new <= found:
            return found
        found |= new


def _made(block):
    for line in block.find("set"):
        yield line.args[0][1:], variables(line)
    for mapping in block.find("map"):
        passed = {name for line in mapping.children for arg in line.args
                  for name in VARIABLE.findall(arg)}
        if passed:
            yield mapping.args[1][1:], passed | set(
                VARIABLE.findall(mapping.args[0]))


def used_in(block, sinks, names):
    for sink in block.find(*sinks):
        if used := variables(sink) & names:
            yield f"${min(used)} in {sink}"


def added_headers_drop_no_inherited_one(block):
    def added(place):
        return {line.args[0].lower() for line in place.own("add_header")}

    for place in block.find("server", "location", "if"):
        above = next(filter(None, map(added, place.around())), set())
        if added(place) and above - added(place):
            lost = ", ".join(sorted(above - added(place)))
            yield f"{place.path} drops {lost}"


def added_headers_are_one_line_and_no_type(block):
    for line in block.find("add_header", "more_set_headers"):
        if "\n" in line.text or line.args[0].lower() == "content-type":
            yield str(line)


def the_host_of_a_client_leads_nowhere(block):
    yield from used_in(block, TARGETS,
                       tainted(block, {"http_host", "host"}))


def no_line_break_reaches_a_header(block):
    """$uri is decoded, and so are the captures of what is matched with it."""
    captured = {str(n) for n in range(1, 10)}
    for directive, pattern in regexes(block):
        if directive.name in ("location", "rewrite", "if"):
            captured |= set(re.findall(r"\(\?P?<(\w+)>", pattern))
    yield from used_in(
        block, HEADERS, tainted(block, {"uri", "document_uri"} | captured))


def aliases_lead_out_of_no_directory(block):
    for line in block.find("alias"):
        place = line.parent
        path = place.args[-1] if place.name == "location" else ""
        is_exact = place.args[:1] == ["="]
        if place.args[:1] in (["~"], ["~*"]):
            yield f"{place.path} is a regex over {line.text}"
        elif not is_exact and not (path.endswith("/") and
                                   line.args[0].endswith("/")):
            yield f"{line.path}: both should end with a slash"


def regexes_are_anchored(block):
    for directive, pattern in regexes(block):
        if directive.name in ("location", "if", "rewrite", "server_name"):
            if not (pattern.startswith("^") and pattern.endswith("$")):
                yield directive.path
        elif directive.parent.args[0] in (
                "$host", "$http_host", "$http_origin", "$http_referer"):
            if not (pattern.startswith("^") and pattern.endswith("$")):
                yield directive.path


def regexes_take_little_time(block):
    for directive, pattern in regexes(block):
        if is_slow(pattern):
            yield directive.path


def each_address_has_one_default_server(block):
    by_address = {}
    for line in block.find("listen"):
        by_address.setdefault(line.args[0], []).append(
            "default_server" in line.args)
    for address, defaults in by_address.items():
        if sum(defaults) != 1:
            yield f"{address} has {sum(defaults)}"


def default_servers_serve_nothing(block):
    for line in block.find("listen"):
        if "default_server" in line.args:
            locations = line.parent.own("location")
            if [c.text for c in locations[-1:] for c in c.children] not in (
                    ["return 444"], ["return 421"]):
                yield line.parent.children


def the_version_is_not_told(block):
    told = [line.args for line in block.find("server_tokens")]
    if told != [["off"]]:
        yield f"server_tokens {told}"


def no_page_tells_of_the_server(block):
    for line in block.find("stub_status", "autoindex", "status", "api",
                           "upstream_conf", "dav_methods", "perl",
                           "ssi", "xslt_stylesheet"):
        yield line.path
    for place in block.find("location"):
        if re.search("readyz|metrics|status", place.text) and \
                not place.own("if", "allow"):
            yield f"{place.path} is open to everyone"


def passes_have_fixed_targets(block):
    for line in block.find(*PASSES):
        if variables(line):
            yield line.path


def ifs_only_return(block):
    for line in block.find("if"):
        for inside in line.children:
            if inside.name not in ("return", "set", "rewrite"):
                yield inside.path


def paths_are_merged_and_errors_logged(block):
    for line in block.find("merge_slashes", "underscores_in_headers",
                           "ignore_invalid_headers"):
        if line.args != {"underscores_in_headers": ["off"]}.get(
                line.name, ["on"]):
            yield line.path
    for line in block.find("error_log"):
        if line.args[0] in ("off", "/dev/null"):
            yield line.path


def no_referer_is_not_a_valid_one(block):
    for line in block.find("valid_referers"):
        if "none" in line.args:
            yield line.path


def what_is_allowed_is_denied_to_others(block):
    for line in block.find("allow"):
        if line.parent.value("deny") != ["all"]:
            yield line.path


def names_are_asked_of_nobody_outside(block):
    for line in block.find("resolver"):
        for address in line.args:
            if not re.match(r"127\.|\[::1\]|\w+=", address):
                yield line.path


def workers_choose_no_file(block):
    """X-Accel-Redirect of a worker would reach what is internal."""
    for line in block.find("fastcgi_pass", "proxy_pass"):
        ignored = line.parent.value(
            line.name.replace("pass", "ignore_headers")) or []
        if "X-Accel-Redirect" not in ignored:
            yield line.path


def error_pages_are_internal(block):
    for page in block.find("error_page"):
        folder = re.match(r"(/\w+/|@\w+)", page.args[-1])
        found = [place for place in page.parent.own("location")
                 if folder and place.args[-1] == folder[1]]
        if not found or not (found[0].own("internal") or
                             folder[1].startswith("@")):
            yield page.path


# At most so many; the larger a limit, the cheaper an attack.
LIMITS = {"client_max_body_size": 64, "client_body_buffer_size": 64,
          "client_header_buffer_size": 8, "client_header_timeout": 15,
          "client_body_timeout": 15, "send_timeout": 30,
          "keepalive_timeout": 75, "keepalive_requests": 10000}


def amount(word):
    return int(re.match(r"\d+", word)[0])


def every_client_has_limits(block):
    events = [line.args for line in block.find("worker_connections")]
    files = block.own("worker_rlimit_nofile")
    if not events or not files or \
            int(files[0].args[0]) < 2 * int(events[0][0]):
        yield "worker_rlimit_nofile is below twice worker_connections"
    for http in block.own("http"):
        for name, most in LIMITS.items():
            for line in http.find(name):
                if amount(line.args[0]) > most or line.args[0][-1] in "mMgG":
                    yield line.path
            if not http.own(name):
                yield f"{name} is not set"
        buffers = http.own("large_client_header_buffers")
        if not buffers or amount(buffers[0].args[0]) > 8 or \
                amount(buffers[0].args[1]) > 8:
            yield "large_client_header_buffers"


def what_is_passed_on_is_limited(block):
    for line in block.find(*PASSES):
        for name in ("limit_req", "limit_conn"):
            if not line.parent.value(name):
                yield f"{line.path} has no {name}"
    for zone in block.find("limit_req_zone", "limit_conn_zone"):
        if taken := {name for name in tainted_keys(block, zone)
                     if name.startswith(("http_", "cookie_"))}:
            yield f"{zone.path} is steered by ${min(taken)}"


def tainted_keys(block, zone):
    """All variables that the key of a zone comes from."""
    found = variables(zone)
    while True:
        more = {name for mapping in block.find("map", "geo")
                if mapping.args[-1][1:] in found
                for name in VARIABLE.findall(" ".join(
                    [*mapping.args[:-1],
                     *(arg for c in mapping.children for arg in c.args)]))}
        if more <= found:
            return found
        found |= more


def tls_is_of_this_decade(block):
    if not any("ssl" in line.args for line in block.find("listen")):
        return
    protocols = [line.args for line in block.find("ssl_protocols")]
    if not protocols or not all(
            set(args) <= {"TLSv1.2", "TLSv1.3"} for args in protocols):
        yield f"ssl_protocols {protocols}"
    if {"off"} != {line.args[0] for line in block.find(
            "ssl_session_tickets")}:
        yield "ssl_session_tickets"
    for line in block.find("ssl_ciphers"):
        for cipher in line.args[0].split(":"):
            if not re.match(r"ECDHE-\w+-(AES\d+-GCM|CHACHA20)-", cipher):
                yield f"{line.name} {cipher}"
    for line in block.find("ssl_early_data"):
        yield line.path
