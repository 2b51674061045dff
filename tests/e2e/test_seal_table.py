# SPDX-License-Identifier: Apache-2.0
"""Every tool at a sealed device and at a free one: seal_table.py prints what this holds; and the limits that docs/security.md names."""

import pytest

from seal_table import TOOLS, DiskToolsLab, Table, outcome
from waiting import wait_for


@pytest.fixture(scope="module")
def table():
    with DiskToolsLab() as lab:
        if lab.run(["losetup", "--find"], check=False).returncode != 0:
            pytest.skip("this machine gives no loop devices")
        if lab.run(["mountpoint", "-q", "/sys/fs/bpf"], check=False).returncode != 0:
            pytest.skip("this machine gives no bpffs")
        yield Table(lab)


def test_every_tool(table):
    rows = list(table.rows())
    absent = [name for name, _, _, came in rows if came == "not on this machine"]
    assert len(absent) < len(TOOLS) / 2, absent
    wrong = [row for row in rows if row[3] not in ("not on this machine", row[2])]
    assert not wrong, wrong


def test_limit_what_was_open_before_writes_on(table):
    assert "denied" == outcome(table.lab, table.sealed, TOOLS["dd"])
    table.lab.run("echo >/tmp/go")
    wait_for(lambda: "wrote" in table.lab.log_text(table.holder_log), "the descriptor from before the seal to write")


def test_limit_the_file_under_a_loop_device(table):
    image = table.lab.run(["losetup", "-nO", "BACK-FILE", table.sealed]).stdout.decode().strip()
    table.lab.run(["dd", "if=/dev/null", f"of={image}", "conv=notrunc", "status=none"])


def test_limit_a_second_mount(table):
    lab = table.lab
    lab.run(f"mkdir -p /srv/one /srv/two && mount -o ro {table.sealed} /srv/one && mount -o ro {table.sealed} /srv/two")
    lab.umount("/srv/two")
    lab.umount("/srv/one")
