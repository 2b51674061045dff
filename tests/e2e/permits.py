# SPDX-License-Identifier: Apache-2.0
"""Permits as tests use them: commands under one, and what guardd says of it."""

import json
import shlex

from waiting import wait_for

# A command that tells that it runs, and ends when it is told to.
WAITING = "echo started >{name}.started; while [ ! -e {name}.go ]; do read -t 0.02 -r _ <><(:) || :; done; echo done >{name}.done"


class Exec:
    """`guardctl exec` in the background, running a command that ends when `go` is called."""

    def __init__(self, host, operation, *options, name="/tmp/exec", command=None):
        self.host, self.name = host, name
        self.command = command or WAITING.format(name=name)
        words = ["guardctl", "exec", operation, *options, "--", "bash", "-c", self.command]
        self.process = host.start(["bash", "-c", f"{shlex.join(words)} && code=0 || code=$?; echo $code >{name}.code"],
                                  log=f"{name}.log")
        wait_for(lambda: self.exists("started") or self.exists("code"), "the command to start")
        assert self.exists("started"), self.log()

    def exists(self, what):
        return self.host.path(f"{self.name}.{what}").exists()

    def log(self):
        return self.host.log_text(f"{self.name}.log")

    def go(self):
        self.host.write(f"{self.name}.go", "")
        return self.code()

    def code(self):
        """The exit status of guardctl exec, once it has ended."""
        wait_for(lambda: self.host.log_text(f"{self.name}.code").endswith("\n"), "guardctl exec to end")
        return int(self.host.log_text(f"{self.name}.code"))


def permits(host):
    return host.json("/v1/permits")["permits"]


def permit(host, permit_id="p1"):
    return next(one for one in permits(host) if one["id"] == permit_id)


def wait_for_state(host, state, permit_id="p1"):
    return wait_for(lambda: (one := permit(host, permit_id))["state"] == state and one, f"{permit_id} to be {state}")


def acquire(host, operation, *options, holder):
    """`guardctl permit acquire` for a process of the lab; the permit."""
    done = host.guardctl("permit", "acquire", operation, "--holder", str(holder.pid), "--json", *options)
    assert done.returncode == 0, done
    return json.loads(done.stdout)["permit"]


def sleeper(host):
    return host.start(["sleep", "infinity"])


def gate(host, service="mariadb.service"):
    """What `guardctl check-start` says: its exit status."""
    return host.guardctl("check-start", service, "--quiet").returncode


def kinds(host):
    """The kinds of the audit trail's records about permits, in order."""
    done = host.guardctl("audit", "list", "--json")
    return [one["kind"] for one in json.loads(done.stdout)["records"] if one["kind"].startswith("permit.")]
