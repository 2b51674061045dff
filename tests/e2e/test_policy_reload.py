# SPDX-License-Identifier: Apache-2.0
"""SIGHUP takes the site's policy in; a bad one leaves the last good one in force, and the status says so."""

import json
import signal

from waiting import wait_for

SITE = "/etc/guardd/policies/site.json"


def problems(host):
    return host.json("/v1/status")["policy"]["problems"]


def test_reload(host):
    host.run("mkdir -p /srv/gold")
    host.check("check-reinstall").allowed()
    first = host.json("/v1/policy")
    host.write(SITE, json.dumps({"version": 1, "protected_paths": ["/srv/gold"]}))
    host.check("check-reinstall").allowed()  # not before it is told to

    host.guard.send(signal.SIGHUP)
    wait_for(lambda: host.check("check-reinstall").codes == {"path.protected"}, "the new policy")
    second = host.json("/v1/policy")
    assert second["generation"] > first["generation"] and second["digest"] != first["digest"]

    host.write(SITE, '{"version": 1, "protected_path": []}')
    host.guard.send(signal.SIGHUP)
    wait_for(lambda: problems(host), "the problem to be told")
    assert f"{SITE}: /protected_path: unknown key" in problems(host)[0]
    verdict = host.check("check-reinstall")
    assert verdict.codes == {"path.protected"} and verdict.document["policy"]["digest"] == second["digest"]
    assert SITE in host.guardctl("status").stdout.decode()

    host.run(["rm", SITE])
    host.guard.send(signal.SIGHUP)
    wait_for(lambda: host.check("check-reinstall").outcome == "allow", "the shipped policy alone")
    assert problems(host) == []
