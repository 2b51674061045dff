# SPDX-License-Identifier: Apache-2.0
"""--expect-host: the host that the caller believes it talks to."""

import pytest


def test_another_host_is_refused(host):
    for name in ("db2", "db1.example.com", "0123456789abcdef0123456789abcdef", "DB", "localhost"):
        host.check("check-reinstall", "--expect-host", name).refused("host.mismatch")


def test_this_host_is_allowed_under_each_of_its_names(host):
    machine_id = host.path("/etc/machine-id").read_text().strip()
    for name in ("db1", "db1.example.org", machine_id):
        host.check("check-reinstall", "--expect-host", name).allowed()


def test_product_uuid(host):
    path = host.path("/sys/class/dmi/id/product_uuid")
    if not path.exists():
        pytest.skip("this machine has no product_uuid")
    host.check("check-reinstall", "--expect-host", path.read_text().strip()).allowed()


def test_an_empty_name_is_usage(host):
    assert host.check("check-reinstall", "--expect-host", "").status == 2
    assert host.check("check-reinstall", "--expect-host").status == 2


def test_the_host_is_wrong_even_where_guardd_is_not_running(lab):
    lab.check("check-reinstall", "--expect-host", "db2").refused("host.mismatch")
