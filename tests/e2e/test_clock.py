# SPDX-License-Identifier: Apache-2.0
"""Whatever the clock is set to, nothing is extended: neither a quiet time, nor a release, nor an override.

libfaketime stands in for the clock of guardd alone; the time since boot goes on as it does.
"""

import json
import signal

import pytest

from test_override import hold_data, request_words

OFFSET = "/run/clock"
DATA = "/srv/data"


def set_clock(lab, offset):
    """Of guardd, in days off the machine's."""
    lab.write(OFFSET, f"{offset:+d}d\n")


def start(lab):
    library = lab.run("ls /usr/lib/*/faketime/libfaketime.so.1").stdout.decode().strip()
    lab.guardd(wrapper=["env", f"LD_PRELOAD={library}", f"FAKETIME_TIMESTAMP_FILE={OFFSET}", "FAKETIME_NO_CACHE=1",
                        "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"])


@pytest.fixture
def clocked(lab):
    hold_data(lab)
    set_clock(lab, 0)
    start(lab)
    lab.check("check-reinstall").refused("dataset.at_rest", path=DATA)
    return lab


def jump(lab, offset):
    """Sets the clock, and lets guardd look and record with it."""
    set_clock(lab, offset)
    lab.check("check-reinstall")


def release(lab):
    return lab.guardctl("release", "add", DATA, "--reason", "sold")


def approve_release(lab):
    dataset = lab.check("check-reinstall").refused("dataset.at_rest", path=DATA)["dataset"]["id"]
    made = request_words(lab, "release", dataset)
    done = lab.guardctl("override", "apply", made["override"]["id"], "--nonce", made["nonce"], "--host", made["hostname"])
    assert done.returncode == 0, done


def test_set_forward_it_makes_no_quiet_time(clocked):
    """NTP sets a clock that had stood still: a server that was stopped a minute ago has been quiet for "two days"."""
    refused = release(clocked)
    assert refused.returncode == 1 and b"guardd first saw it" in refused.stdout, refused
    jump(clocked, 2)
    refused = release(clocked)
    assert refused.returncode == 1 and b"by the time since boot: the clock was set forward" in refused.stdout, refused
    clocked.guard.end(signal.SIGKILL)
    start(clocked)
    refused = release(clocked)
    assert refused.returncode == 1 and b"by the time since boot" in refused.stdout, refused


def test_set_back_a_release_does_not_count_and_a_hold_stays(clocked):
    approve_release(clocked)
    assert release(clocked).returncode == 0
    clocked.check("check-reinstall").allowed()
    jump(clocked, -1)
    clocked.check("check-reinstall").refused("dataset.at_rest", path=DATA)
    set_clock(clocked, 0)
    clocked.check("check-reinstall").allowed()

    held = clocked.guardctl("hold", "add", "--operation", "reinstall", "--reason", "wait", "--until", "1h")
    assert held.returncode == 0, held
    clocked.check("check-reinstall").refused("hold.active")
    jump(clocked, -3)
    clocked.check("check-reinstall").refused("hold.active")
    jump(clocked, 1)  # the hold's time has come, and the ledger remembers that it was tomorrow
    assert "hold.active" not in clocked.check("check-reinstall").codes
    jump(clocked, 0)
    clocked.check("check-reinstall").refused("hold.active")


def test_an_override_heeds_no_clock(clocked):
    done = clocked.guardctl("override", "request", "reinstall", "--reason", "gone", "--json")
    made = json.loads(done.stdout)
    jump(clocked, 300)
    done = clocked.guardctl("override", "apply", made["override"]["id"], "--nonce", made["nonce"], "--host", "db1")
    assert done.returncode == 0, done
    set_clock(clocked, -300)
    clocked.check("check-reinstall", anew=False).allowed()
