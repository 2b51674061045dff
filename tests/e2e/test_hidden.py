# SPDX-License-Identifier: Apache-2.0
"""Databases that hide: from ps, from the host's mount table, behind a thread-group leader that has exited."""

import shlex

import programs
from mariadb import MariaDb
from verdict import evidence
from waiting import wait_for

# A chroot on a mount of a mount namespace of its own, with a copy of the server under another name.
HIDE = """
mount -t tmpfs hidden /mnt
cd /mnt
mkdir -p usr proc dev run tmp etc srv opt
for link in bin lib lib64 sbin; do [ ! -L /$link ] || ln -s "$(readlink /$link)" $link; done
mount --bind /usr usr
mount -t proc proc proc
cp -a /dev/null /dev/urandom dev/
cp /etc/passwd /etc/group /etc/nsswitch.conf etc/
cp /usr/sbin/mariadbd opt/webcache
mv /run/parcel srv/box
mkdir -p run/mysqld
chown mysql:mysql run/mysqld
chmod 1777 tmp
exec chroot . /bin/bash -c 'exec -a "[kworker/3:1]" /opt/webcache "$@"' webcache "$@"
"""


def test_renamed_binary_in_its_own_namespaces_and_chroot(host):
    server = MariaDb(host, datadir="/run/parcel")  # never started: its files are moved where the host can't see them
    server.datadir = "/srv/box"
    options = server.command("--skip-networking")[1:]
    hidden = host.start(["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private",
                         "bash", "-euc", HIDE, "hide", *options], log="/run/hidden.log")

    def pid_of_it():
        listing = host.run("ps -e -o pid=,args=").stdout.decode()
        found = [line.split()[0] for line in listing.splitlines() if line.split()[1:2] == ["[kworker/3:1]"]]
        assert hidden.alive(), host.log_text("/run/hidden.log")
        return int(found[0]) if found else None

    pid = wait_for(pid_of_it, "the hidden server")
    wait_for(lambda: "ibdata1" in host.run(f"ls -l /proc/{pid}/fd").stdout.decode(), "its files to be open", deadline=20)
    assert not host.path("/srv/box").exists()
    verdict = host.check("check-reinstall")
    reason = verdict.refused("dataset.active", service="mysql")
    assert pid in evidence(reason, "pid"), str(verdict)


def test_renamed_binary_alone(host):
    server = MariaDb(host)
    host.run("cp /usr/sbin/mariadbd /usr/local/bin/webcache")
    words = " ".join(shlex.quote(word) for word in server.command()[1:])
    process = host.start(f"exec -a '[kworker/3:1]' /usr/local/bin/webcache {words}")
    wait_for(lambda: any("ibdata1" in name for name in process.open_files()), "its files to be open")
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql", path="/var/lib/mysql")
    assert process.pid in evidence(reason, "pid")


def test_binary_deleted_while_it_runs(host):
    MariaDb(host)
    host.run("cp /usr/sbin/mariadbd /usr/local/sbin/mariadbd")
    server = MariaDb(host, fresh=False)
    server.command = lambda *more: ["/usr/local/sbin/mariadbd", *MariaDb.command(server, *more)[1:]]
    server.start()
    host.run("rm /usr/local/sbin/mariadbd")
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql", path="/var/lib/mysql")
    assert server.process.pid in evidence(reason, "pid")


def test_main_thread_has_exited_while_another_holds_ibdata1(host):
    host.run("mkdir -p /srv/app; truncate --size 12M /srv/app/ibdata1")
    process = host.python(programs.EXITED_LEADER, "/srv/app/ibdata1")
    wait_for(lambda: process.state() == "Z", "the main thread to have exited")
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql")
    assert process.pid in evidence(reason, "pid")
    assert "/srv/app/ibdata1" in evidence(reason, "file")


def test_data_file_held_by_a_program_of_another_name(host):
    host.run("mkdir -p /srv/app; truncate --size 12M /srv/app/ibdata1")
    process = host.python(programs.HOLD_FILES, "/srv/app/ibdata1")
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql")
    assert process.pid in evidence(reason, "pid")


def test_data_file_unlinked_while_held(host):
    host.run("mkdir -p /srv/app; truncate --size 12M /srv/app/ibdata1")
    process = host.python(programs.HOLD_FILES, "/srv/app/ibdata1")
    host.run("rm -r /srv/app")
    reason = host.check("check-reinstall").refused("dataset.active", service="mysql")
    assert process.pid in evidence(reason, "pid")


def test_server_in_a_container_of_its_own_on_an_overlay(host):
    """As Docker does it: own namespaces, its data in the container's writable layer."""
    MariaDb(host, datadir="/run/parcel")
    host.run("mkdir -p /var/lib/docker; mount -t tmpfs layers /var/lib/docker;"
             "mkdir -p /var/lib/docker/{lower,upper,work,merged}")
    script = """
        mount --bind / /var/lib/docker/lower
        mount -t overlay -o lowerdir=/var/lib/docker/lower,upperdir=/var/lib/docker/upper,workdir=/var/lib/docker/work \
          overlay /var/lib/docker/merged || exit 77
        mv /run/parcel /var/lib/docker/merged/srv/box
        cd /var/lib/docker/merged
        mount -t proc proc proc
        mount -t tmpfs run run
        mkdir -p run/mysqld dev
        cp -a /dev/null /dev/urandom dev/
        chmod 0777 run/mysqld
        exec chroot . /usr/sbin/mariadbd "$@"
        """
    server = MariaDb(host, datadir="/srv/box", fresh=False)
    contained = host.start(["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private",
                            "bash", "-euc", script, "docker", *server.command("--skip-networking")[1:]], log="/run/docker.log")

    def is_up():
        log = host.log_text("/run/docker.log")
        assert contained.alive(), log
        return "ready for connections" in log

    wait_for(is_up, "the contained server", deadline=20)
    host.check("check-reinstall").refused("dataset.active", service="mysql")
