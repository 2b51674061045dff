# SPDX-License-Identifier: Apache-2.0
"""Completions in the real shells, as installed: all three offer what guardctl's own tables have, and no more."""

import json
import os
import re

import pytest
import shells
from lab import Lab
from terminal import Terminal

SHELLS = [shells.bash, shells.zsh, shells.fish]


@pytest.fixture(scope="module")
def host():
    """One for all: nothing here changes it for good, and zsh needs seconds to learn its completions."""
    with Lab() as lab:
        lab.guardd()
        yield lab


@pytest.fixture(params=SHELLS, ids=lambda shell: shell.__name__)
def offer(request, host):
    return lambda line: request.param(host, line)


def told(host):
    """The commands and the options of each, as --help tells them."""
    text = host.guardctl("--help").stdout.decode()
    names = re.findall(r"^  guardctl ([a-z-]+(?: (?:list|add|remove|revoke|verify|adopt|request|apply|acquire|end|check|show|schema|status|plan|lift)\b)?)",
                       text, re.MULTILINE)
    options = {}
    for name, rest in re.findall(r"^  (--[a-z-]+)\S* *(.*(?:\n {10,}.*)*)", text, re.MULTILINE):
        takers = " ".join(rest.split()).split(":")[0].split(" ", 0)[0]
        takers = re.sub(r"^[A-Z.]+ +", "", takers).split(", ")
        options[name] = [taker for taker in takers if taker in names]
    return names, options


def test_every_command_and_every_option_of_help_is_offered(host, offer):
    names, options = told(host)
    assert len(names) > 20 and len(options) > 20
    assert offer("guardctl ") == sorted({name.split()[0] for name in names})
    for group in sorted({name.split()[0] for name in names if " " in name}):
        assert offer(f"guardctl {group} ") == sorted(name.split()[1] for name in names if name.startswith(group + " ")), group
    common = {name for name, takers in options.items() if not takers}
    assert {"--socket", "--json", "--quiet", "--timeout", "--expect-host"} <= common
    assert offer("guardctl --") == sorted(common)
    for name in ("check-reinstall", "status", "hold add", "permit acquire"):
        taken = common | {option for option, takers in options.items() if name in takers}
        assert {word.rstrip("=") for word in offer(f"guardctl {name} --")} == taken, name


def test_options_before_the_command_and_between_its_words(offer):
    assert offer("guardctl --json --socket /run/guardd/guardd.sock hold ") == ["add", "list", "remove"]
    assert offer("guardctl hold --json re") == ["remove"]
    assert offer("guardctl --timeout 5 check-re") == ["check-reboot", "check-reinstall"]
    # Once is enough, but for --target.
    assert offer("guardctl --json check-reinstall --js") == []
    assert offer("guardctl check-reinstall --target /dev/null --ta") == ["--target"]


def test_fixed_values(offer):
    assert offer("guardctl exec ") == ["reboot", "reinstall", "wipe"]
    assert offer("guardctl hold add --operation re") == ["reboot", "reinstall"]
    assert offer("guardctl audit list --verdict ") == ["allow", "refuse", "unknown"]
    assert [word.split("=")[-1] for word in offer("guardctl hold add --operation=w")] == ["wipe"]
    assert offer("guardctl override request ") == ["reboot", "reinstall", "release", "wipe"]


def test_disks_and_paths(host, offer):
    disk = host.loop("disk")
    assert offer(f"guardctl check-wipe {disk}")[:1] in ([disk], [os.path.basename(disk)])
    assert disk in offer("guardctl check-wipe ")
    host.write("/srv/only/data", "")
    ends = {word.split("=")[-1].rstrip("/").rsplit("/", 1)[-1]
            for line in ("guardctl check-wipe /srv/on", "guardctl --socket /srv/on", "guardctl --socket=/srv/on",
                         "guardctl check-start --state-dir=/srv/on", "guardctl check-reinstall --target=/srv/on")
            for word in offer(line) or [f"nothing for {line}"]}
    assert ends == {"only"}
    # A directory is wanted.
    assert offer("guardctl check-start --state-dir /srv/only/da") == []


def test_ids_that_guardd_knows(host, offer):
    ids = []
    for reason in ("a 'b'; $(reboot)\tc:d", "x"):
        done = host.run(["guardctl", "hold", "add", "--json", "--operation", "wipe", "--reason", reason])
        ids.append(json.loads(done.stdout)["hold"]["id"])
    assert offer("guardctl hold remove ") == sorted(ids)
    assert offer(f"guardctl hold remove {ids[0]} ") == ids[1:]
    host.run(["guardctl", "hold", "remove", *ids])
    assert offer("guardctl --socket /nonexistent hold remove ") == []
    assert offer("guardctl release revoke ") == []


def test_behind_the_separator_there_is_another_command_line(host, offer):
    assert "mkfs.ext4" in offer("guardctl exec wipe --target /dev/null -- mkfs.ex")
    host.write("/srv/only/data", "")
    found = offer("guardctl exec wipe --target /dev/null -- ls /srv/only/da")
    assert [word.rsplit("/", 1)[-1] for word in found] == ["data"]
    assert "--" in offer("guardctl exec wipe -") and "--" in offer("guardctl exec wipe ")
    assert "--" not in offer("guardctl check-wipe -")
    # Its own options, which are none of guardctl's.
    assert "--json" not in offer("guardctl exec wipe -- ls --")


def test_a_word_with_an_equals_sign_is_completed_in_place(host):
    """readline splits words there: what bash inserts shows at a terminal alone."""
    with Terminal(host, ["bash", "--norc", "-i"]) as terminal:
        terminal.type("PS1='$ '; source /usr/share/bash-completion/bash_completion\n")
        terminal.type("guardctl hold add --operation=w\t--reason=never\n")
        terminal.wait_for("wipe of the host: never")
        assert "--operation=wipe --reason=never" in terminal.text
    host.run("guardctl hold list --json | jq -r '.holds[].id' | xargs guardctl hold remove")
