# SPDX-License-Identifier: Apache-2.0
"""`guardctl status --watch` and what turns while an answer is waited for, at a real terminal."""

import json
import os
import signal
import subprocess
import termios

import pytest
from terminal import Terminal
from waiting import wait_for

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
WATCH = ["guardctl", "status", "--watch"]
ENTER, LEAVE = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
TOLD = "guardd tells of changes"
EVIL = "evil\x1b[2J\x1b]0;owned\x07\nforged line"


def hold(host, reason, operation="reinstall"):
    done = host.guardctl("hold", "add", "--json", "--operation", operation, "--reason", reason)
    assert done.returncode == 0, done
    return json.loads(done.stdout)["hold"]["id"]


def frames(text):
    """What was drawn, frame by frame, as lines. Nothing may have cleared the screen in between."""
    drawn = text.split(ENTER)[-1].split(LEAVE)[0]
    assert "\x1b[2J" not in text and "\x1bc" not in text, text
    whole = [one for one in drawn.split("\x1b[H") if one.endswith("\x1b[J")]
    for one in whole:
        # One write, in which each line erases what is left of the old one.
        assert all(line.endswith("\x1b[K") for line in one.removesuffix("\x1b[J").split("\r\n")), one
    return [[line.removesuffix("\x1b[K") for line in one.removesuffix("\x1b[J").split("\r\n")] for one in whole]


def test_a_change_is_shown_as_it_comes_and_drawn_in_place(host):
    with Terminal(host, WATCH) as terminal:
        terminal.wait_for(TOLD)
        since = len(terminal.text)
        held = hold(host, "migration until Friday")
        terminal.wait_for("migration until Friday", since=since)
        # The second change is not one that was asked for when the connection came about: without news that is after 10 s.
        assert host.guardctl("hold", "remove", held).returncode == 0
        assert terminal.wait_for(lambda it: not any("migration" in line for line in frames(it.text)[-1])) < 5
        shown = frames(terminal.text)
        assert len(shown) >= 3
        assert shown[0][1].split() == ["reinstall", "ALLOWED"], shown[0]
        assert any("reinstall  REFUSED  hold.active" in line for one in shown for line in one)


def test_what_others_wrote_is_no_escape_sequence(host):
    hold(host, EVIL)
    with Terminal(host, WATCH) as terminal:
        terminal.wait_for(TOLD)
        assert "\x1b]0;" not in terminal.text
        assert any("evil\\x1b[2J" in line and "\\nforged line" in line for line in frames(terminal.text)[-1])


def test_it_keeps_to_the_size_of_the_terminal(host):
    for number in range(8):
        hold(host, f"number {number}: " + "long " * 40)
    with Terminal(host, WATCH, rows=50, columns=300) as terminal:
        terminal.wait_for("number 7")
        since = len(terminal.text)
        terminal.resize(10, 60)
        terminal.wait_for("more lines, for a larger window", since=since)
        last = frames(terminal.text)[-1]
        assert len(last) == 10 and max(map(len, last)) < 60, last


@pytest.mark.parametrize("key, status", [("\x03", -signal.SIGINT), ("\x1c", -signal.SIGQUIT), ("q", 0)])
def test_the_terminal_is_as_it_was_after_the_end(host, key, status):
    with Terminal(host, WATCH) as terminal:
        terminal.wait_for(TOLD)
        assert terminal.text.count(ENTER) == 1, terminal.text
        assert not termios.tcgetattr(terminal.master)[3] & termios.ECHO
        terminal.type(key)
        assert terminal.end() == status
        assert terminal.text.endswith(LEAVE), terminal.text
        assert termios.tcgetattr(terminal.master) == terminal.before


def test_the_terminal_is_as_it_was_after_sigterm(host):
    with Terminal(host, WATCH) as terminal:
        terminal.wait_for(TOLD)
        host.run(["pkill", "-TERM", "-x", "guardctl"])
        assert terminal.end() == -signal.SIGTERM
        assert terminal.text.endswith(LEAVE), terminal.text
        assert termios.tcgetattr(terminal.master) == terminal.before


def test_it_can_be_stopped_and_goes_on(host):
    with Terminal(host, ["bash", "--norc", "-i"]) as terminal:
        terminal.type("guardctl status --watch\n")
        terminal.wait_for(TOLD)
        terminal.type("\x1a")
        terminal.wait_for("Stopped")
        assert LEAVE in terminal.text
        since = len(terminal.text)
        terminal.type("fg\n")
        terminal.wait_for(ENTER, since=since)
        terminal.wait_for(TOLD, since=since)
        since = len(terminal.text)
        terminal.type("q")
        terminal.wait_for(LEAVE, since=since)


def test_guardd_goes_away_and_comes_back(host):
    with Terminal(host, WATCH) as terminal:
        terminal.wait_for(TOLD)
        since = len(terminal.text)
        host.guard.end()
        terminal.wait_for("UNKNOWN: guardd", since=since)
        since = len(terminal.text)
        host.guardd()
        terminal.wait_for("ALLOWED", since=since)
        terminal.wait_for(TOLD, since=since, deadline=20)


def test_who_is_not_told_of_changes_sees_them_all_the_same(host):
    with Terminal(host, [*NOBODY, *WATCH]) as terminal:
        terminal.wait_for("asked again every 2 s")
        hold(host, "secret")
        terminal.wait_for("hold.active")
        assert "secret" not in terminal.text


def test_elsewhere_each_change_is_printed_once(host):
    hold(host, EVIL)
    watching = subprocess.Popen(host._nsenter(["env", "TERM=xterm", *WATCH]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    os.set_blocking(watching.stdout.fileno(), False)
    text = b""

    def reads(what):
        def check():
            nonlocal text
            text += watching.stdout.read() or b""
            return what in text
        return check

    try:
        wait_for(reads(b"reinstall  REFUSED  hold.active\n"), "the first status")
        hold(host, "the second", operation="reboot")
        wait_for(reads(b"the second"), "the change")
        hold(host, "the third", operation="reboot")
        wait_for(reads(b"the third"), "the next change")
    finally:
        watching.kill()
        watching.wait(10)
        watching.stdout.close()
    assert b"\x1b" not in text
    assert text.count(b"db1, guardd") == 3 and text.count(b"\n\ndb1, guardd") == 2, text.decode()


def test_listeners_are_told_when_the_status_changes_and_only_then(host):
    listen = ["curl", "-sN", "--unix-socket", "/run/guardd/guardd.sock"]
    host.start([*listen, "http://x/v1/events"], log="/tmp/all")
    host.start([*listen, "http://x/v1/events?permit=p1"], log="/tmp/one")
    for log in ("/tmp/all", "/tmp/one"):
        wait_for(lambda: "event: permits" in host.log_text(log), "the first event")

    def told():
        lines = host.log_text("/tmp/all").splitlines()
        data = [lines[at + 1].removeprefix("data: ") for at, line in enumerate(lines) if line == "event: status"]
        return [{one["operation"]: one["verdict"] for one in json.loads(text)["verdicts"]} for text in data]

    hold(host, "x", operation="reboot")
    wait_for(lambda: told() and told()[-1] == {"reinstall": "allow", "reboot": "refuse"}, "the hold")
    host.run("mkdir -p /var/lib/mysql; touch /var/lib/mysql/ibdata1")
    host.check("check-reinstall").refused("dataset.at_rest")
    wait_for(lambda: told()[-1] == {"reinstall": "refuse", "reboot": "refuse"}, "the data")
    # Looks that see the same tell nothing; that it is remembered, or that a look was late on a busy machine, is some news.
    before, looks = len(told()), 10
    for _ in range(looks):
        host.check("check-reinstall").refused("dataset.at_rest")
    host.guardctl("hold", "add", "--operation", "wipe", "--reason", "y")
    wait_for(lambda: len(told()) > before, "the second hold")
    assert len(told()) - before < looks / 2, told()
    assert "event: status" not in host.log_text("/tmp/one")


def asked_while_stuck(host, *arguments, **options):
    """All that a guardctl at a terminal wrote that asked a guardd that did not answer."""
    host.guard.stop()
    try:
        with Terminal(host, ["guardctl", *arguments, "--timeout", "2"], **options) as terminal:
            assert terminal.end() == (125 if arguments[0] == "exec" else 3)
            return terminal.text
    finally:
        host.guard.resume()


def test_what_takes_long_says_for_how_long_and_is_gone_before_the_answer(host):
    for arguments in (["status"], ["check-reinstall"], ["permit", "list"], ["exec", "reinstall", "--", "true"]):
        text = asked_while_stuck(host, *arguments)
        assert "asking guardd, 0." in text and "asking guardd, 1." in text, text
        before, after = text.rsplit("asking guardd, ", 1)
        assert after.split(" s\x1b[K", 1)[1].startswith("\r\x1b[K"), text
        assert "UNKNOWN" not in before and "UNKNOWN" in after, text


def test_nothing_turns_for_quiet_for_a_dumb_terminal_nor_where_none_is(host):
    assert asked_while_stuck(host, "status", "--quiet") == ""
    assert "\x1b" not in asked_while_stuck(host, "status", environment=("TERM=dumb",))
    assert "\x1b" not in asked_while_stuck(host, "status", stderr=subprocess.DEVNULL)
    host.guard.stop()
    done = host.guardctl("status", "--timeout", "1")
    host.guard.resume()
    assert done.returncode == 3 and done.stderr == b"" and b"\x1b" not in done.stdout, done


def test_an_answer_that_comes_at_once_turns_nothing(host):
    host.check("check-reinstall").allowed()
    with Terminal(host, ["guardctl", "hold", "list"]) as terminal:
        assert terminal.end() == 0
        assert terminal.text == "nothing is held\r\n"


def test_waiting_for_an_allow_turns_until_it_comes(host):
    held = hold(host, "not yet")
    with Terminal(host, ["guardctl", "check-reinstall", "--wait=60"]) as terminal:
        terminal.wait_for("waiting for an allow, 2.")
        assert "\r\x1b[Kwaiting, as this is the answer so far:\r\nREFUSED" in "\r\x1b[K" + terminal.text
        host.guardctl("hold", "remove", held)
        assert terminal.end(20) == 0
        last = terminal.text.rsplit("waiting for an allow, ", 1)[1]
        assert " s\x1b[K\r\x1b[KALLOWED: db1 may be reinstalled.\r\n" in last, last


def test_colours_are_for_terminals_and_for_who_wants_them(host):
    # The lab sets NO_COLOR.
    for command, environment, has_colour in ((["status"], ("TERM=xterm",), False), (["status"], ("TERM=xterm", "NO_COLOR="), True),
                                             (["status", "--watch"], ("TERM=xterm", "NO_COLOR="), True)):
        with Terminal(host, ["guardctl", *command], environment=environment) as terminal:
            terminal.wait_for("ALLOWED")
            assert ("\x1b[1;32mALLOWED\x1b[0m" in terminal.text) == has_colour, terminal.text
    assert b"\x1b" not in host.run(["env", "NO_COLOR=", "guardctl", "status"]).stdout
