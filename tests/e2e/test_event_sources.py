# SPDX-License-Identifier: Apache-2.0
"""What the kernel tells makes answers quick, and never wrong: the states of a host with a database, one after the other, each asked about
in the moment in which it has begun, with each source of events left out. In a container the kernel tells of no processes anyway."""

import json

import pytest
from mariadb import MariaDb
from waiting import wait_for

SOURCES = ["ends", "mounts", "swap", "devices"]


@pytest.mark.parametrize("unused", [[], *([one] for one in SOURCES), ["processes", *SOURCES]], ids=lambda names: "+".join(names) or "none")
def test_answers_do_not_rest_on_what_the_kernel_tells(lab, unused):
    lab.write("/etc/guardd/guardd.json", json.dumps({"unused_event_sources": unused}))
    lab.guardd()
    sources = {one["name"]: one for one in lab.json("/v1/status")["event_sources"]}
    for name in unused:
        assert sources[name] == {"name": name, "health": "failed", "problem": "guardd is configured not to use it"}

    def ask(*operation):
        """As a script asks that has just done something."""
        return lab.check(*operation, anew=False)

    ask("check-reinstall").allowed()
    server = MariaDb(lab).launch()
    wait_for(lambda: server.process.alive() and lab.run(["pgrep", "-x", "mariadbd"], check=False).stdout, "the program to run")
    # Not an allow: a refusal may be of the moment before, when its data was at rest, and costs nothing but that.
    assert ask("check-reinstall").status == 1
    wait_for(server.answers, "the server to answer", deadline=30)
    lab.check("check-reinstall").refused("dataset.active", role="standalone")
    server.kill()
    stopped = lab.check("check-reinstall")
    stopped.refused("dataset.at_rest")
    assert not stopped.reasons("dataset.active"), str(stopped)
    ask("check-reboot").allowed()

    disk = lab.loop("disk")
    ask("check-wipe", disk).allowed()
    lab.run(["mkswap", disk])
    lab.run(["swapon", disk])
    ask("check-wipe", disk).refused("device.in_use")
    lab.run(["swapoff", disk])
    lab.run(["mkfs.ext4", "-q", "-F", disk])
    lab.run(["mkdir", "/srv/db"])
    lab.mount(disk, "/srv/db")
    lab.run(["cp", "-a", server.datadir, "/srv/db/copy"])
    ask("check-wipe", disk).refused("dataset.at_rest", path="/srv/db/copy")
    lab.umount("/srv/db")
    ask("check-wipe", disk).refused("dataset.remembered", path="/srv/db/copy")
