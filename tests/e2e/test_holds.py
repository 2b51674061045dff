# SPDX-License-Identifier: Apache-2.0
"""An operator's "not now": who, why, until when; durable, and weighed by target."""

import json
import signal
import time

from waiting import wait_for

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def hold(host, *arguments):
    done = host.guardctl("hold", "add", "--json", *arguments)
    assert done.returncode == 0, done
    return json.loads(done.stdout)["hold"]


def restart(host):
    """As after a crash: nothing was told to end."""
    host.guard.end(signal.SIGKILL)
    host.guardd()


def test_a_hold_refuses_until_it_is_removed_across_crashes(host):
    host.check("check-reinstall").allowed()
    held = hold(host, "--operation", "reinstall", "--reason", "migration until Friday")
    assert held["id"] == "h1" and "root (uid 0)" in held["by"], held
    reason = host.check("check-reinstall").refused("hold.active")
    assert "migration until Friday" in reason["message"] and "root (uid 0)" in reason["message"], reason
    assert "guardctl hold remove h1" in reason["remedy"], reason
    host.check("check-reboot").allowed()
    restart(host)
    host.check("check-reinstall").refused("hold.active")
    listed = host.guardctl("hold", "list").stdout.decode()
    assert "h1  reinstall of the host: migration until Friday" in listed, listed
    assert "migration until Friday" in host.guardctl("status").stdout.decode()
    assert host.guardctl("hold", "remove", "h1").returncode == 0
    host.check("check-reinstall").allowed()
    restart(host)
    host.check("check-reinstall").allowed()
    assert host.guardctl("hold", "list").stdout == b"nothing is held\n"
    # Its number is not given again.
    assert hold(host, "--operation", "reboot", "--reason", "x")["id"] == "h2"


def test_a_hold_on_a_device_holds_what_shares_its_fate(host):
    held, other = host.loop("held"), host.loop("other")
    part = host.partition(held)
    hold(host, "--operation", "wipe", "--target", held, "--reason", "evidence")
    host.check("check-wipe", held).refused("hold.active")
    host.check("check-wipe", part).refused("hold.active")
    host.check("check-wipe", other).allowed()
    host.check("check-reinstall").allowed()
    hold(host, "--operation", "reinstall", "--target", part, "--reason", "evidence")
    host.check("check-reinstall").refused("hold.active")


def test_a_hold_is_over_when_its_time_has_come(host):
    until = int(time.time()) + 3
    body = json.dumps({"operation": "reinstall", "scope": "host", "reason": "soon over", "until_s": until})
    assert host.http().ask("POST", "/v1/holds", body).status == 201
    host.check("check-reinstall").refused("hold.active")
    wait_for(lambda: host.check("check-reinstall").outcome == "allow", "the hold to be over", deadline=20)
    assert time.time() >= until
    assert "(over)" in host.guardctl("hold", "list").stdout.decode()


def test_who_may_hold(host):
    for command in (["hold", "list"], ["hold", "add", "--operation", "reinstall", "--reason", "x"], ["hold", "remove", "h1"],
                    ["audit", "list"], ["audit", "verify"], ["audit", "adopt", "--reason", "x"]):
        done = host.run([*NOBODY, "guardctl", *command], check=False)
        assert done.returncode == 4, done
        assert b"NOT PERMITTED" in done.stdout, done
    host.check("check-reinstall").allowed()


def test_what_is_no_hold_is_a_usage_error(host):
    for arguments in (["add", "--operation", "reinstall"], ["add", "--reason", "x"],
                      ["add", "--operation", "erase", "--reason", "x"], ["add", "--operation", "wipe", "--reason", ""],
                      ["add", "--operation", "wipe", "--reason", "x", "--until", "2001-01-01"],
                      ["add", "--operation", "wipe", "--reason", "x", "--until", "tomorrow"],
                      ["add", "--operation", "wipe", "--reason", "x", "--target", "/dev/missing"],
                      ["add", "--operation", "reboot", "--reason", "x", "--target", "/dev/null"],
                      ["remove"], ["remove", "h7"], ["remove", "../holds"], ["list", "h1"], []):
        done = host.guardctl("hold", *arguments)
        assert done.returncode == 2, (arguments, done)
    assert host.guardctl("hold", "list").stdout == b"nothing is held\n"
