# SPDX-License-Identifier: Apache-2.0
"""The layers of docs/architecture.md, held against every #include and the core's link line:

    client -> core <- daemon; the server knows no inspector, the inspectors know no policy, and the core touches no
    operating system. Both programs stand on os and procfs, which know nothing of guardd, and on the gate's files, which know
    neither program.
"""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.MULTILINE)

INSPECTORS = ("storage", "data", "inspect", "roles")
OPINIONS = ("core/policy", "core/decide", "core/verdict", "core/wire", "core/ledger", "core/dataset")
# Standard headers that reach outside the program, or make threads or read a clock.
IMPURE = {
    "thread", "mutex", "shared_mutex", "condition_variable", "future", "atomic", "stop_token", "semaphore", "latch", "barrier",
    "fstream", "iostream", "filesystem", "random", "ctime", "csignal", "cstdio", "locale", "syncstream",
}


def sources(*directories):
    found = [path for directory in directories for path in sorted((TOP / directory).rglob("*.[ch]pp"))]
    assert found, f"no sources in {directories}"
    return found


def includes(path):
    """(is a system header, name) of each include."""
    return [(bracket == "<", name) for bracket, name in INCLUDE.findall(path.read_text())]


def offenders(paths, is_wrong):
    return [f"{path.relative_to(TOP)} includes {name}" for path in paths for system, name in includes(path) if is_wrong(system, name)]


def test_the_core_is_pure():
    def is_wrong(system, name):
        if not system:
            return not name.startswith("core/")
        if name == "nlohmann/json.hpp" or name == "nlohmann/json_fwd.hpp":
            return False
        return "/" in name or name.endswith(".h") or name in IMPURE

    assert not offenders(sources("core"), is_wrong)


def test_the_core_reads_no_clock():
    """<chrono> is there for its calendar."""
    assert not [path for path in sources("core") if re.search(r"_clock\b", path.read_text())]


def test_the_core_links_nothing_but_json():
    text = (TOP / "core/CMakeLists.txt").read_text()
    linked = re.findall(r"target_link_libraries\(([^)]*)\)", text)
    words = {word for line in linked for word in line.split()}
    assert words <= {"guardd_core", "PUBLIC", "PRIVATE", "guardd_options", "nlohmann_json::nlohmann_json"}, words


def test_the_client_knows_no_daemon():
    known = ("client/", "core/", "gate/", "os/", "procfs/", "seal/")
    assert not offenders(sources("client"), lambda system, name: not system and not name.startswith(known))


def test_the_gate_knows_neither_program():
    known = ("core/", "gate/", "os/", "procfs/")
    assert not offenders(sources("gate"), lambda system, name: not system and not name.startswith(known))


def test_what_is_pinned_knows_neither_program():
    known = ("core/result.hpp", "os/", "seal/")
    assert not offenders(sources("seal"), lambda system, name: not system and not name.startswith(known))


def test_os_and_procfs_know_nothing_of_guardd():
    known = ("os/", "procfs/", "core/result.hpp", "core/text.hpp")
    assert not offenders(sources("os", "procfs"), lambda system, name: not system and not name.startswith(known))


def test_the_daemon_knows_no_client():
    assert not offenders(sources("daemon"), lambda _, name: name.startswith("client/"))


def test_the_server_knows_no_inspector():
    forbidden = tuple(f"daemon/{part}/" for part in INSPECTORS)
    assert not offenders(sources("daemon/server"), lambda _, name: name.startswith(forbidden))


@pytest.mark.parametrize("part", INSPECTORS)
def test_inspectors_know_no_policy_and_no_server(part):
    forbidden = (*OPINIONS, "daemon/server/", "daemon/worker/")
    assert not offenders(sources(f"daemon/{part}"), lambda _, name: name.startswith(forbidden))


def test_the_test_sees_includes():
    """Otherwise all of the above would pass on anything."""
    assert (False, "core/operation.hpp") in includes(TOP / "core/operation.cpp")
    assert offenders(sources("core"), lambda system, _: not system)
