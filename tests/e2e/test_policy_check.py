# SPDX-License-Identifier: Apache-2.0
"""`guardctl policy check` judges a site's files as the daemon would: on top of the shipped ones."""

import json

SITE = {"version": 1, "exceptions": [{"except": {"service": "mysql", "path": "/srv/scratch"}, "reason": "CI scratch"}]}
TYPO = {"version": 1, "exceptions": [{"except": {"service": "mysqk", "path": "/srv/scratch"}, "reason": "CI scratch"}]}


def test_a_site_file_may_name_a_shipped_service(lab):
    lab.write("/etc/guardd/policies/site.json", json.dumps(SITE))
    for path in ("/etc/guardd/policies/site.json", "/etc/guardd/policies"):
        done = lab.guardctl("policy", "check", path)
        assert (done.returncode, done.stdout) == (0, b"1 file is valid\n")


def test_a_service_that_nobody_defines_is_an_error(lab):
    lab.write("/etc/guardd/policies/site.json", json.dumps(TYPO))
    done = lab.guardctl("policy", "check", "/etc/guardd/policies")
    assert done.returncode == 1
    assert b"/etc/guardd/policies/site.json: /exceptions/0/except/service: no file defines the service 'mysqk'" in done.stdout


def test_without_the_shipped_policies_their_directory_must_be_named(lab):
    lab.write("/etc/guardd/policies/site.json", json.dumps(SITE))
    lab.run("mv /usr/share/guardd/policies /usr/local/floor")
    alone = lab.guardctl("policy", "check", "/etc/guardd/policies")
    assert alone.returncode == 1
    assert b"the shipped policies are not in /usr/share/guardd/policies" in alone.stdout
    assert lab.guardctl("policy", "check", "/usr/local/floor", "/etc/guardd/policies").returncode == 0
