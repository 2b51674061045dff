# SPDX-License-Identifier: Apache-2.0
"""The break-glass, with real ssh keys: it takes two people, and admits one operation on one scope, once, here and now."""

import json
import os
import pty
import signal
import subprocess

import pytest

from lab import Lab
from waiting import wait_for

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
SIGNERS = "/etc/guardd/allowed_signers"
STATE = "/var/lib/guardd"


class People:
    """Who has a key, each in the lab's /root/keys."""

    def __init__(self, host, *names):
        self.host, self.names = host, names
        host.run("mkdir -p /root/keys /etc/guardd")
        for name in names:
            self.key(name)
        self.name_signers(*((name, name) for name in names))

    def key(self, name):
        self.host.run(f"ssh-keygen -q -t ed25519 -N '' -C '' -f /root/keys/{name}")

    def name_signers(self, *lines):
        """Each line is a principal and the name of a key."""
        text = "".join(f"{principal} {self.host.path(f'/root/keys/{key}.pub').read_text()}" for principal, key in lines)
        self.host.write(SIGNERS, text)

    def sign(self, key, challenge, namespace="guardd"):
        """The signature's file."""
        signature = f"/root/{key}-{namespace}.sig"
        self.host.write("/root/challenge", challenge)
        self.host.run(f"rm -f /root/challenge.sig {signature}; ssh-keygen -q -Y sign -n {namespace} -f /root/keys/{key} "
                      f"/root/challenge; mv /root/challenge.sig {signature}")
        return signature


def hold_data(lab):
    """Something to refuse for: a MySQL data directory at rest."""
    lab.write("/srv/data/ibdata1", "x")
    lab.write("/srv/data/mysql/db.MYD", "x")


@pytest.fixture
def people(lab):
    hold_data(lab)
    made = People(lab, "ann", "bob", "dan")
    lab.guardd()
    lab.check("check-reinstall").refused("dataset.at_rest")
    return made


def request(host, operation="reinstall", *targets):
    arguments = [word for target in targets for word in ("--target", target)]
    return request_words(host, operation, *arguments)


def request_words(host, *words):
    done = host.guardctl("override", "request", *words, "--reason", "the data is gone", "--json")
    assert done.returncode == 0, done
    return json.loads(done.stdout)


def apply(host, made, *signatures, status=0):
    done = host.guardctl("override", "apply", made["override"]["id"], "--json", "--signature", *signatures)
    assert done.returncode == status, done
    document = json.loads(done.stdout)
    return document["override"] if status == 0 else document["error"]["message"]


def approve(people, made, *names):
    return apply(people.host, made, *(people.sign(name, made["challenge"]) for name in names or ("ann", "bob")))


def records(host, kind):
    return [record for record in json.loads(host.guardctl("audit", "list", "--json").stdout)["records"]
            if record["kind"] == kind]


def test_two_people_admit_it_once_and_the_trail_tells_of_it(lab, people):
    made = request(lab)
    assert made["approval"] == {"people": 2, "signers": SIGNERS}
    lab.check("check-reinstall").refused("dataset.at_rest")
    applied = approve(people, made)
    assert applied["state"] == "applied" and [one["principal"] for one in applied["approvals"]] == ["ann", "bob"], applied
    lab.check("check-reboot").allowed()  # nothing refused it, so nothing is used up
    for _ in range(2):
        assert "(1 lifted)" in lab.guardctl("status").stdout.decode()
    assert lab.check("check-reinstall", "--expect-host", "db2").status == 1
    verdict = lab.check("check-reinstall", anew=False).allowed()
    by = verdict.document["lifted"][0]["by"]
    assert by == "override o1, approved by ann and bob: the data is gone", by
    lab.check("check-reinstall").refused("dataset.at_rest")
    assert json.loads(lab.guardctl("override", "list", "--json").stdout)["overrides"][0]["state"] == "spent"

    assert records(lab, "override.requested")[0]["override"]["reason"] == "the data is gone"
    approvals = records(lab, "override.applied")[0]["override"]["approvals"]
    assert all(one["key"].startswith("SHA256:") for one in approvals) and len(approvals) == 2, approvals
    assert [record["spends"] for record in records(lab, "verdict") if "spends" in record] == ["o1"]
    assert lab.guardctl("audit", "verify").returncode == 0
    # The nonce was its request's own answer, and stands nowhere else.
    for command in (("override", "list", "--json"), ("audit", "list", "--json"), ("status", "--json")):
        assert made["nonce"].encode() not in lab.guardctl(*command).stdout


def test_the_printed_commands_work_as_they_are(lab, people):
    text = lab.guardctl("override", "request", "reinstall", "--reason", "it's $(gone) `for` \"good\"").stdout.decode()
    begin, end = text.index("cat >o1.challenge"), text.index("# Then on this host")
    block = text[begin:end].replace("~/.ssh/id_ed25519", "$KEY")
    for name in ("ann", "bob"):
        lab.run(f"mkdir /root/{name}; cd /root/{name}; KEY=/root/keys/{name}\n{block}")
    assert "guardctl override apply o1 --signature FILE..." in text, text
    lab.run("cd /root; guardctl override apply o1 --signature */o1.challenge.sig")
    lab.check("check-reinstall").allowed()


def test_what_two_people_did_not_sign_is_refused(lab, people):
    made = request(lab)
    good, other = people.sign("ann", made["challenge"]), people.sign("bob", made["challenge"])
    people.key("stranger")
    assert "2 different people" in apply(lab, made, good, status=1)
    assert "of 1: ann" in apply(lab, made, good, good, status=1)  # replayed
    apply(lab, made, good, people.sign("stranger", made["challenge"]), status=1)
    apply(lab, made, good, people.sign("bob", made["challenge"].replace("reinstall", "reboot")), status=1)
    apply(lab, made, good, people.sign("bob", made["challenge"], namespace="file"), status=1)
    lab.write("/root/tampered", lab.path(good).read_text().replace("AAAA", "AAAB", 1))
    apply(lab, made, "/root/tampered", other, status=1)
    lab.write("/root/garbage", "yes")
    apply(lab, made, "/root/garbage", other, status=1)
    # One person with two keys, one key of two names, in one line and in two; a name that is everybody's.
    people.name_signers(("ann", "ann"), ("ann", "bob"))
    apply(lab, made, good, people.sign("bob", made["challenge"]), status=1)
    people.name_signers(("ann", "ann"), ("bob", "ann"), ("bob", "bob"))
    apply(lab, made, good, people.sign("bob", made["challenge"]), status=1)
    people.name_signers(("ann", "ann"), ("*", "bob"))
    apply(lab, made, good, people.sign("bob", made["challenge"]), status=1)
    lab.check("check-reinstall").refused("dataset.at_rest")
    lab.guard.end()
    lab.guardd()
    refused = records(lab, "override.refused")
    assert len(refused) == 10 and all(record["why"] and record["override"]["id"] == "o1" for record in refused), refused


def test_a_signature_is_for_one_request_alone(lab, people):
    first, second = request(lab), request(lab)
    assert first["nonce"] != second["nonce"]
    signatures = [people.sign(name, first["challenge"]) for name in ("ann", "bob")]
    apply(lab, second, *signatures, status=1)
    apply(lab, first, *signatures)
    assert "is applied" in apply(lab, first, *signatures, status=1)
    lab.check("check-reinstall", anew=False).allowed()
    assert "is spent" in apply(lab, first, *signatures, status=1)
    assert lab.guardctl("override", "apply", "o9", "--signature", signatures[0]).returncode == 2


def test_it_is_about_exactly_what_was_approved(lab, people):
    one, two = lab.loop("one"), lab.loop("two")
    for device in (one, two):
        lab.run(["mkfs.ext4", "-q", device])
        lab.run(f"mkdir /srv/{os.path.basename(device)}; mount {device} /srv/{os.path.basename(device)}")
    made = request(lab, "wipe", one)
    assert f"target: {one}, block device 7:" in made["challenge"], made["challenge"]
    approve(people, made)
    lab.check("check-wipe", two).refused("device.in_use")
    lab.check("check-wipe", one, two).refused("device.in_use")
    lab.check("check-reinstall", "--target", one).refused("dataset.at_rest")
    lab.check("check-reinstall").refused("dataset.at_rest")
    lab.check("check-wipe", one, anew=False).allowed()
    lab.check("check-wipe", one).refused("device.in_use")


def test_what_people_can_not_answer_for_stays(lab, people):
    lab.guardctl("hold", "add", "--operation", "reinstall", "--reason", "evidence")
    approve(people, request(lab))
    verdict = lab.check("check-reinstall")
    verdict.refused("hold.active")
    assert verdict.codes == {"hold.active"}, verdict
    lab.guardctl("hold", "remove", "h1")
    lab.check("check-reinstall", "--expect-host", "db2").refused("host.mismatch")
    lab.check("check-reinstall", anew=False).allowed()


def test_nobody_else_asks_it_away(lab, people):
    approve(people, request(lab))
    for _ in range(3):
        assert lab.run([*NOBODY, "guardctl", "check-reinstall"], check=False).returncode == 1
    for command in (["list"], ["request", "reinstall", "--reason", "x"], ["apply", "o1", "--nonce", "a", "--host", "b"]):
        done = lab.run([*NOBODY, "guardctl", "override", *command], check=False)
        assert done.returncode == 4 and b"NOT PERMITTED" in done.stdout, done
    lab.check("check-reinstall", anew=False).allowed()


def test_it_outlives_a_crash_and_not_its_boot_or_its_time(lab, people):
    approve(people, request(lab))
    lab.guard.end(signal.SIGKILL)
    lab.guardd()
    lab.check("check-reinstall", anew=False).allowed()
    lab.guard.end(signal.SIGKILL)
    lab.guardd()
    lab.check("check-reinstall").refused("dataset.at_rest")
    for record in ("'$.boot_id', 'aaaaaaaa-0000-0000-0000-000000000001'",
                   "'$.expires_boot_ms', json_extract(record, '$.requested_boot_ms') + 1"):
        made = request(lab)
        signatures = [people.sign(name, made["challenge"]) for name in ("ann", "bob")]
        lab.guard.end()
        lab.run(["/usr/bin/python3", "-c", f"""
import sqlite3
with sqlite3.connect("{STATE}/ledger.db") as ledger:
    ledger.execute("UPDATE overrides SET record = json_set(record, {record}) WHERE number = "
                   "(SELECT max(number) FROM overrides)")
"""])
        lab.guardd()
        assert "is expired" in apply(lab, made, *signatures, status=1)
        lab.check("check-reinstall").refused("dataset.at_rest")


def test_another_hosts_signatures_are_nothing_here(lab, people):
    made = request(lab)
    with Lab("db2") as other:
        hold_data(other)
        keys = People(other)
        for name in ("ann", "bob"):
            for file in (name, f"{name}.pub"):
                other.write(f"/root/keys/{file}", lab.path(f"/root/keys/{file}").read_text(), mode=0o600)
        keys.name_signers(("ann", "ann"), ("bob", "bob"))
        other.guardd()
        there = request(other)
        assert there["override"]["id"] == made["override"]["id"] and "host: db2" in there["challenge"]
        apply(other, there, *(keys.sign(name, made["challenge"]) for name in ("ann", "bob")), status=1)
        # Not with its own nonce either: the host is signed as well.
        forged = made["challenge"].replace(made["nonce"], there["nonce"])
        apply(other, there, *(keys.sign(name, forged) for name in ("ann", "bob")), status=1)
        apply(other, there, *(keys.sign(name, there["challenge"]) for name in ("ann", "bob")))


def test_signers_that_others_could_have_named_approve_nothing(lab, people):
    made = request(lab)
    signatures = [people.sign(name, made["challenge"]) for name in ("ann", "bob")]
    for spoil, mend in (("chmod 664 {0}", "chmod 644 {0}"), ("chown nobody {0}", "chown root {0}"),
                        ("chmod 777 /etc/guardd", "chmod 755 /etc/guardd"),
                        ("mv {0} /root/s; ln -s /root/s {0}", "rm {0}; mv /root/s {0}")):
        lab.run(spoil.format(SIGNERS))
        apply(lab, made, *signatures, status=1)
        assert lab.guardctl("override", "request", "reinstall", "--reason", "x").returncode == 1
        lab.run(mend.format(SIGNERS))
    lab.run("mv /usr/bin/ssh-keygen /usr/bin/elsewhere")
    assert "install openssh-client" in apply(lab, made, *signatures, status=1)
    lab.run("mv /usr/bin/elsewhere /usr/bin/ssh-keygen")
    apply(lab, made, *signatures)


def typed(host, made, nonce=None, name=None):
    return host.guardctl("override", "apply", made["override"]["id"], "--nonce", nonce or made["nonce"], "--host",
                         name or made["hostname"]).returncode


def test_where_nobody_signs_root_types_the_nonce_and_the_host(lab):
    hold_data(lab)
    lab.guardd()
    made = request(lab)
    assert made["approval"] == {"people": 1} and made["hostname"] == "db1"
    assert lab.guardctl("override", "apply", "o1").returncode == 2  # no terminal: nothing is asked for
    assert lab.guardctl("override", "apply", "o1", "--host", "db1").returncode == 2
    assert typed(lab, made, nonce="db1") == 1
    assert typed(lab, made, name="db2") == 1
    lab.check("check-reinstall").refused("dataset.at_rest")
    assert typed(lab, made) == 0
    by = lab.check("check-reinstall", anew=False).allowed().document["lifted"][0]["by"]
    assert "root (uid 0), who typed its nonce" in by, by
    assert typed(lab, made) == 1
    # Signers do away with it.
    made = request(lab)
    people = People(lab, "ann", "bob")
    assert typed(lab, made) == 1
    approve(people, made)


def test_at_a_terminal_it_is_asked_for(lab):
    hold_data(lab)
    lab.guardd()
    made = request(lab)
    leader, follower = pty.openpty()
    command = ["setsid", "--ctty", "guardctl", "override", "apply", "o1"]
    program = subprocess.Popen(lab._nsenter(command), stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(follower)
    seen = b""

    def shows(question):
        nonlocal seen
        seen += os.read(leader, 4096)
        return question in seen

    wait_for(lambda: shows(b"nonce of o1: "), "the nonce to be asked for")
    os.write(leader, f"{made['nonce']}\n".encode())
    wait_for(lambda: shows(b"host that is meant: "), "the host to be asked for")
    os.write(leader, b"db1\n")
    output, errors = program.communicate(timeout=20)
    os.close(leader)
    assert program.returncode == 0 and b"applied" in output, (output, errors)
    lab.check("check-reinstall", anew=False).allowed()


def test_the_configuration_can_want_more(lab):
    hold_data(lab)
    lab.write("/etc/guardd/guardd.json", json.dumps({"override": {"without_signers": False}}))
    lab.guardd()
    assert lab.guardctl("override", "request", "reinstall", "--reason", "x").returncode == 1
    lab.guard.end()
    lab.write("/etc/guardd/guardd.json", json.dumps({"override": {"approvals": 3}}))
    people = People(lab, "ann", "bob", "dan")
    lab.guardd()
    made = request(lab)
    apply(lab, made, *(people.sign(name, made["challenge"]) for name in ("ann", "bob")), status=1)
    approve(people, made, "ann", "bob", "dan")
    lab.guard.end()
    # A file that the configuration names and that is lost is not the same as no signers.
    lab.write("/etc/guardd/guardd.json", json.dumps({"override": {"allowed_signers": "/etc/guardd/lost"}}))
    lab.guardd()
    done = lab.guardctl("override", "request", "reinstall", "--reason", "x")
    assert done.returncode == 1 and b"is not there" in done.stdout, done


def test_on_a_full_disk_people_can_still_answer_for_it(lab):
    hold_data(lab)
    lab.run(f"mkdir -p {STATE}; mount -t tmpfs -o size=8M full {STATE}")
    people = People(lab, "ann", "bob")
    lab.guardd()
    assert lab.path(f"{STATE}/ledger.reserve").stat().st_size == 1024 * 1024
    lab.check("check-reboot").allowed()
    lab.run(f"dd if=/dev/zero of={STATE}/ballast bs=4k 2>/dev/null || :")
    lab.check("check-reboot").unknown("ledger.failed")
    made = request(lab)
    approve(people, made)
    lab.check("check-reinstall", anew=False).allowed()
    lab.check("check-reinstall").refused("dataset.at_rest")
    lab.guard.end(signal.SIGKILL)
    lab.guardd()
    assert json.loads(lab.guardctl("override", "list", "--json").stdout)["overrides"][0]["state"] == "spent"
    lab.run(f"rm {STATE}/ballast")
    lab.check("check-reboot").allowed()
    wait_for(lambda: lab.path(f"{STATE}/ledger.reserve").stat().st_size == 1024 * 1024, "the reserve to be whole again")


def test_what_is_no_override_is_a_usage_error(lab):
    lab.guardd()
    for arguments in (["request"], ["request", "reinstall"], ["request", "erase", "--reason", "x"],
                      ["request", "wipe", "--reason", "x"], ["request", "reinstall", "reboot", "--reason", "x"],
                      ["request", "reboot", "--reason", "x", "--target", "/dev/null"],
                      ["request", "wipe", "--reason", "x", "--target", "/dev/missing"],
                      ["request", "reinstall", "--reason", ""], ["apply"], ["apply", "1"], ["apply", "../o1"],
                      ["apply", "o1", "--signature"], ["apply", "o1", "--signature", "/root/missing"],
                      ["apply", "o1", "--signature", "/etc"], ["apply", "o1", "o2"],
                      ["apply", "o1", "--signature", "/etc/hostname", "--nonce", "x", "--host", "y"], ["list", "o1"], []):
        done = lab.guardctl("override", *arguments)
        assert done.returncode == 2, (arguments, done)
    assert lab.guardctl("override", "list").stdout == b"no overrides\n"


def test_asking_can_be_kept_to_a_group(lab):
    lab.write("/etc/guardd/guardd.json", json.dumps({"askers_group": "redis"}))
    lab.guardd()
    group = lab.run("getent group redis").stdout.decode().split(":")[2]
    member = ["setpriv", "--reuid=65534", f"--regid={group}", "--clear-groups"]
    for command in (["check-reinstall"], ["status"]):
        assert lab.run([*NOBODY, "guardctl", *command], check=False).returncode == 4
        assert lab.run([*member, "guardctl", *command], check=False).returncode == 0
        assert lab.guardctl(*command).returncode == 0


def test_two_people_answer_for_a_release_that_history_does_not_speak_for(lab, people):
    """What is approved is the release of one dataset, once: neither another one's, nor any operation."""
    lab.write("/opt/other/ibdata1", "y")
    lab.write("/opt/other/mysql/db.MYD", "y")
    reasons = lab.check("check-reinstall").reasons("dataset.at_rest")
    ids = {reason["dataset"]["path"]: reason["dataset"]["id"] for reason in reasons}
    add = lambda path: lab.guardctl("release", "add", ids[path], "--reason", "sold")
    early = add("/srv/data")
    assert early.returncode == 1 and f"guardctl override request release {ids['/srv/data']}".encode() in early.stdout, early

    made = request_words(lab, "release", ids["/srv/data"])
    assert "operation: release\n" in made["challenge"] and "data: mysql at /srv/data\n" in made["challenge"], made
    assert add("/srv/data").returncode == 1
    apply(lab, made, people.sign("ann", made["challenge"]), status=1)
    approve(people, made)
    lab.check("check-reinstall").refused("dataset.at_rest", path="/srv/data")
    assert add("/opt/other").returncode == 1
    assert b"approved by ann,bob" in lab.guardctl("audit", "list").stdout
    assert f"release of {ids['/srv/data']}".encode() in lab.guardctl("audit", "list").stdout
    released = add("/srv/data")
    assert released.returncode == 0, released
    assert b"override o1, approved by ann and bob: the data is gone" in released.stdout, released
    lab.check("check-reinstall").refused("dataset.at_rest", path="/opt/other")
    assert json.loads(lab.guardctl("override", "list", "--json").stdout)["overrides"][0]["state"] == "spent"

    # Spent: once the release has lapsed, it takes another one.
    lab.write("/srv/data/new", "x")
    lab.check("check-reinstall").refused("dataset.at_rest", path="/srv/data")
    assert add("/srv/data").returncode == 1
    for words in (["release"], ["release", "a", "b"], ["release", "/srv/data"], ["release", "a", "--target", "/dev/null"]):
        assert lab.guardctl("override", "request", *words, "--reason", "x").returncode == 2, words
    unknown = lab.guardctl("override", "request", "release", "mysql-none", "--reason", "x")
    assert unknown.returncode == 2 and b"mysql-none" in unknown.stdout, unknown
