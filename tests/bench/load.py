"""wrk against an address, and what that cost each part of the site."""
import os
import re
import resource
import subprocess
import time
from pathlib import Path

UNITS = {"us": 0.001, "ms": 1, "s": 1000, "m": 60000}


def tree(pid):
    """A process and all that descend from it."""
    found = [pid]
    for one in found:
        children = Path(f"/proc/{one}/task/{one}/children")
        found += map(int, children.read_text().split())
    return found


def cpu_s(pids):
    """CPU time of each process with its threads, from the scheduler."""
    return {pid: sum(int(task.read_text().split()[0]) for task in Path(
        f"/proc/{pid}/task").glob("*/schedstat")) / 1e9 for pid in pids}


def settle(pids):
    """Until they have nothing to do: what wrk left behind is still served."""
    before = None
    while before != (before := cpu_s(pids)):
        time.sleep(0.3)


def all_cpu_s():
    """What the machine has worked: not idle, not waiting for a disk."""
    fields = [int(x) for x in
              Path("/proc/stat").read_text().split("\n")[0].split()[1:]]
    return (sum(fields[:3]) + sum(fields[5:8])) / os.sysconf("SC_CLK_TCK")


def pss_kb(pids):
    """Memory of each process, where shared pages count by their share."""
    return [int(re.search(r"^Pss: +(\d+)", Path(
        f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1]) for pid in pids]


def wrk(url, seconds, encoding="identity", connections=64, script=None):
    """wrk's words, and the answers that were no success."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--latency",
               "--timeout", "10", "-H", f"Accept-Encoding: {encoding}"]
    command += ["-s", str(script)] if script else []
    out = subprocess.run(command + [url], check=True, capture_output=True,
                         text=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    lost = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)",
                     out)
    return out, int(bad[1] if bad else 0) + sum(
        map(int, lost.groups() if lost else ()))


def quantile_ms(out, percent):
    number, unit = re.search(rf"^ +{percent}% +([0-9.]+)([a-z]+)$", out,
                             re.M).groups()
    return float(number) * UNITS[unit]


def measure(url, seconds, parts, **how):
    """CPU time a request of each part (name: pid) in us, rate, latencies.

    "other" is the CPU that neither a part nor wrk used, in cores.
    """
    before = {name: cpu_s(tree(root)) for name, root in parts.items()}
    all_before, began = all_cpu_s(), time.monotonic()
    wrk_before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out, bad = wrk(url, seconds, **how)
    took = time.monotonic() - began
    used = {name: sum(s - before[name].get(pid, 0)
                      for pid, s in cpu_s(tree(root)).items())
            for name, root in parts.items()}
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = (own.ru_utime + own.ru_stime - wrk_before.ru_utime
           - wrk_before.ru_stime)
    requests = int(re.search(r"(\d+) requests in", out)[1])
    if bad:
        raise SystemExit(f"bench: {bad} of {requests} answers of {url} "
                         "were no success")
    return {
        "requests": requests,
        "cpu": {name: s / requests * 1e6 for name, s in used.items()},
        "rate": requests / took,
        "p50": quantile_ms(out, 50),
        "p99": quantile_ms(out, 99),
        "other": max(0, all_cpu_s() - all_before - sum(used.values()) - own)
        / took,
    }
