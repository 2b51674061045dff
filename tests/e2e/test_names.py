# SPDX-License-Identifier: Apache-2.0
"""Names that others choose, with newlines, escapes and bytes that are no UTF-8, come out as safe text."""

import json
import os
import subprocess

import programs

# A line break, a terminal escape, a bidirectional override, a C1 control, and bytes that are no UTF-8.
EVIL = b"a\nb\x1b[31mred\x1b]0;title\x07\xe2\x80\xae\xc2\x9b31m\xff\xfe\\x"


def make_directory(lab, parent, name):
    target = os.path.join(os.fsencode(lab.path(parent)), name)
    os.makedirs(target)
    return target


def assert_safe(output):
    """Nothing that moves a terminal's cursor or forges a line; valid UTF-8."""
    text = output.decode("utf-8")  # or it fails
    for character in text.replace("\n", ""):
        assert ord(character) >= 0x20 and not 0x7F <= ord(character) < 0xA0, (hex(ord(character)), text)
        assert character not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", text
    return text


def assert_safe_refusal(host):
    answers = [host.guardctl("check-reinstall"), host.guardctl("check-reinstall", "--json"), host.guardctl("status"),
               host.guardctl("status", "--json")]
    assert [answer.returncode for answer in answers[:2]] == [1, 1], answers
    for answer in answers:
        text = assert_safe(answer.stdout)
        assert_safe(answer.stderr)
        assert not any(line.lstrip().startswith("b") and "red" in line for line in text.splitlines()), text
    assert b"\\n" in answers[0].stdout and b"\\n" in answers[1].stdout, "the name is shown, in escaped form"
    for answer in (answers[1], answers[3]):
        json.loads(answer.stdout)
        assert answer.stdout.count(b"\n") == 1, "JSON is one line"
    assert_safe(host.path("/run/guardd.log").read_bytes())


def test_data_directory_at_rest(host):
    directory = make_directory(host, "/var/lib", b"mysql-" + EVIL)
    open(os.path.join(directory, b"ibdata1"), "wb").close()
    assert_safe_refusal(host)


def test_file_held_open_and_working_directory(host):
    directory = make_directory(host, "/srv", EVIL)
    open(os.path.join(directory, b"ibdata1"), "wb").close()
    process = subprocess.Popen(
        host._nsenter(["/usr/bin/python3", "-uc",
                       "import os, signal, sys\n"
                       "path = os.path.join(b'/srv', os.listdir(b'/srv')[0])\n"
                       "os.chdir(path); held = open(os.path.join(path, b'ibdata1'), 'r+b'); print('ready'); signal.pause()"]),
        stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    assert_safe_refusal(host)
    host.run("kill -KILL -1", check=False)
    process.wait(10)


def test_process_title_and_program_name(host):
    directory = make_directory(host, "/srv", EVIL)
    program = os.path.join(directory, b"mysqld")
    with open(program, "wb") as copy, open("/usr/bin/sleep", "rb") as sleep:
        copy.write(sleep.read())
    os.chmod(program, 0o755)
    started = subprocess.Popen(
        host._nsenter(["/usr/bin/python3", "-uc",
                       "import os, sys\n"
                       "program = os.path.join(b'/srv', os.listdir(b'/srv')[0], b'mysqld')\n"
                       "title = program\n"
                       "print('ready')\n"
                       "os.execv(program, [title, b'1000'])"]), stdout=subprocess.PIPE)
    assert started.stdout.readline() == b"ready\n"
    assert_safe_refusal(host)
    host.run("kill -KILL -1", check=False)
    started.wait(10)


def test_mount_point(host):
    disk = host.loop("disk", 16)
    host.run(["mkfs.ext4", "-q", disk])
    make_directory(host, "/srv", EVIL)
    host.run(["/usr/bin/python3", "-c",
              "import os, subprocess, sys\n"
              "path = os.path.join(b'/srv', os.listdir(b'/srv')[0])\n"
              "subprocess.run(['mount', sys.argv[1], path], check=True)\n"
              "open(os.path.join(path, b'thesis'), 'w').close()", disk])
    verdict = host.check("check-reinstall")
    verdict.refused("mount.unrecognised")
    assert_safe_refusal(host)


def test_names_that_imitate_the_kernels_own_marks(host):
    """A name with " (deleted)" at its end is a name; one that looks like a mount table's line is one path."""
    host.run("mkdir -p '/srv/gone (deleted)'; truncate --size 1M '/srv/gone (deleted)/ibdata1'")
    process = host.python(programs.HOLD_FILES, "/srv/gone (deleted)/ibdata1")
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql")
    assert process.pid in [item.get("pid") for item in reason["evidence"]]


def test_target_named_on_the_command_line(host):
    for output in (host.run(["guardctl", "check-wipe", b"/srv/" + EVIL], check=False),
                   host.run(["guardctl", "check-reinstall", b"--bad" + EVIL], check=False),
                   host.run(["guardctl", b"check" + EVIL], check=False)):
        assert output.returncode == 2
        assert_safe(output.stdout)
        assert_safe(output.stderr)


def test_comm_that_forges_fields_of_stat(host):
    """comm may hold ") R 1 1" and more: what stands behind the last bracket counts."""
    host.start(["/usr/bin/python3", "-c", "import ctypes, signal\n"
                "ctypes.CDLL(None).prctl(15, b') Z 1 (\\n x')\nsignal.pause()"])
    host.check("check-reinstall").allowed()
