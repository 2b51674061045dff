# SPDX-License-Identifier: Apache-2.0
"""Hosts without data, with all that such hosts have: they must be allowed, or nobody will use guardd."""

from pathlib import Path

import programs
from mariadb import MariaDb
from waiting import wait_for


def test_bare_debian_host(host):
    verdict = host.check("check-reinstall").allowed()
    assert verdict.document["instance"] == "system"
    assert verdict.document["scope"] == "host"
    assert verdict.document["lifted"] == []
    health = {item["name"]: item["health"] for item in verdict.document["snapshot"]["inspectors"]}
    assert {"processes", "open_files", "storage", "data_directories", "clients", "boot", "signatures"} <= set(health), str(verdict)
    assert set(health.values()) == {"ok"}, str(verdict)
    host.check("check-reboot").allowed()


def test_mariadb_installed_without_a_data_directory(host):
    assert host.path("/usr/sbin/mariadbd").exists()
    host.run("mkdir -p /var/lib/mysql /etc/mysql; printf '[mysqld]\\ndatadir = /var/lib/mysql\\n' > /etc/mysql/my.cnf")
    host.check("check-reinstall").allowed()


def test_only_a_client(host):
    host.write("/run/elsewhere.py", (Path(__file__).parent / "fake_mysql.py").read_bytes())
    host.start(["/usr/bin/python3", "/run/elsewhere.py", "/run/elsewhere.sock", "silent", "/run/elsewhere.log"])
    wait_for(host.path("/run/elsewhere.sock").exists, "the other side")
    client = host.start(["mariadb", "--no-defaults", "--socket=/run/elsewhere.sock", "--connect-timeout=600"])
    assert client.alive()
    host.check("check-reinstall").allowed()


def test_web_server_with_logs(host):
    host.run("mkdir -p /var/www /var/log/web; echo hello > /var/www/index.html; gzip -c /var/www/index.html > /var/log/web/access.log.2.gz")
    server = host.start(["/usr/bin/python3", "-um", "http.server", "--directory", "/var/www", "80"],
                        log="/var/log/web/access.log")
    wait_for(lambda: server.alive() and "Serving HTTP" in host.log_text("/var/log/web/access.log"), "the web server")
    host.check("check-reinstall").allowed()


def test_mounts_as_docker_and_snap_make_them(host):
    host.run("""
        mkdir -p /var/lib/docker/overlay2 /snap/core/1 /run/user/0 /srv/fuse
        mount -t tmpfs overlay2 /var/lib/docker/overlay2
        mkdir -p /var/lib/docker/overlay2/{lower,upper,work,merged}
        echo app > /var/lib/docker/overlay2/lower/app
        cd /var/lib/docker/overlay2
        mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay merged
        mount -t tmpfs tmpfs /run/user/0
        """)
    disk = host.loop("snap", 16)
    host.run(f"mkdir /tmp/app; echo 1 > /tmp/app/app; mksquashfs /tmp/app /tmp/squash.img -quiet -no-progress; dd if=/tmp/squash.img of={disk} conv=notrunc status=none")
    host.mount("-t", "squashfs", "-o", "ro", disk, "/snap/core/1")
    host.python(programs.SILENT_FUSE, "/srv/fuse")
    container = "mount -t tmpfs shm /dev/shm; mount -t tmpfs secret /mnt; echo ready; exec sleep infinity"
    host.start(["unshare", "--mount", "--pid", "--fork", "--mount-proc", "bash", "-euc", container], log="/run/container.log")
    wait_for(lambda: "ready" in host.log_text("/run/container.log"), "the container")
    other = host.start(["unshare", "--mount", "--net", "--ipc", "--uts", "sleep", "infinity"])
    namespaces = ["readlink", f"/proc/{other.pid}/ns/uts", "/proc/1/ns/uts"]
    wait_for(lambda: len(set(host.run(namespaces).stdout.split())) == 2, "the other container")
    host.check("check-reinstall").allowed()


def test_mounts_as_kubelet_and_lxc_make_them(host):
    host.run("""
        volume=/var/lib/kubelet/pods/7f0c/volumes/kubernetes.io~projected/token
        mkdir -p $volume /var/lib/kubelet/pods/7f0c/volume-subpaths/config/app /var/lib/lxc/c1/rootfs/etc /usr/lib/lxc/rootfs
        mount -t tmpfs -o size=1M tmpfs $volume
        echo secret >$volume/token
        echo config >/var/lib/kubelet/config.yaml
        touch /var/lib/kubelet/pods/7f0c/volume-subpaths/config/app/0
        mount --bind /var/lib/kubelet/config.yaml /var/lib/kubelet/pods/7f0c/volume-subpaths/config/app/0
        mount --bind /var/lib/lxc/c1/rootfs /usr/lib/lxc/rootfs
        """)
    inside = "mount --rbind /var/lib/lxc/c1/rootfs /mnt; mount -t tmpfs none /mnt/etc; echo ready; exec sleep infinity"
    host.start(["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--uts", "--ipc", "bash", "-euc", inside], log="/run/lxc.log")
    wait_for(lambda: "ready" in host.log_text("/run/lxc.log"), "the container")
    host.check("check-reinstall").allowed()


def test_cgroup_v1_keeps_its_hierarchies_in_a_tmpfs_beneath_sys(host):
    host.run("mount -t tmpfs -o mode=0755 cgroup /sys/fs/cgroup; mkdir /sys/fs/cgroup/unified")
    host.check("check-reinstall").allowed()


def test_ten_short_lived_processes_a_second(host):
    storm = host.start("while :; do /bin/true & /bin/ls /proc/self/fd >/dev/null; /bin/sleep 0.1; done")
    for _ in range(25):
        host.check("check-reinstall").allowed()
    assert storm.alive()


def test_after_the_server_is_stopped_and_its_data_deleted(host):
    server = MariaDb(host).start()
    host.check("check-reinstall").refused("dataset.active", service="mysql", path="/var/lib/mysql")
    server.stop()
    host.check("check-reinstall").refused("dataset.at_rest", service="mysql", path="/var/lib/mysql")
    host.run("rm -rf /var/lib/mysql")
    host.check("check-reinstall").allowed()


def test_files_that_only_look_a_little_like_data(host):
    host.run("mkdir -p /srv/doc/mysql /opt/app; echo 'ibdata1 is a file' > /srv/doc/mysql/ibdata1.txt; touch /opt/app/my.ibd.bak")
    host.check("check-reinstall").allowed()


def test_an_ordinary_user_may_ask_and_learns_no_paths(host):
    MariaDb(host).start()
    ask = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "guardctl", "check-reinstall", "--json"]
    # From a look that may be as old as the policy's freshness: guardd looked at its start, before the server was there.
    # It may also have looked while the directory was made: data at rest, for a moment.
    seen = lambda done: done.returncode == 1 and b"dataset.active" in done.stdout and done
    done = wait_for(lambda: seen(host.run(ask, check=False)), "a look that sees it", pause=0.2)
    assert b"mysql" in done.stdout
    assert b"/var/lib/mysql" not in done.stdout and b"mariadbd" not in done.stdout
