# SPDX-License-Identifier: Apache-2.0
"""Real MariaDB servers in a lab."""

import functools
import signal

from lab import Lab
from waiting import wait_for

SMALL = ["--innodb-log-file-size=4M", "--innodb-buffer-pool-size=8M", "--innodb-flush-method=fsync", "--innodb-use-native-aio=0",
         "--key-buffer-size=1M", "--aria-pagecache-buffer-size=1M"]


@functools.cache
def fresh_data_directory():
    """What mariadb-install-db makes, as a tar archive in memory: made once, unpacked for each server."""
    with Lab("template") as lab:
        lab.run(["mkdir", "/srv/data"])
        lab.run(["mariadb-install-db", "--no-defaults", "--user=mysql", "--datadir=/srv/data", "--skip-test-db", *SMALL],
                timeout=60)
        return lab.run(["tar", "--create", "--sparse", "--directory=/srv/data", "."]).stdout


class MariaDb:
    def __init__(self, lab, datadir="/var/lib/mysql", port=3306, options=(), fresh=True):
        self.lab, self.datadir, self.port, self.options = lab, datadir, port, list(options)
        self.socket = f"/run/mysqld/{port}.sock"
        self.log = f"/run/mysqld/{port}.log"
        lab.run("mkdir -p /run/mysqld; chown mysql:mysql /run/mysqld")
        if fresh:
            lab.run(["mkdir", "-p", datadir])
            lab.run(["tar", "--extract", "--sparse", f"--directory={datadir}"], input=fresh_data_directory())
            lab.run(["chown", "-R", "mysql:mysql", datadir])

    def command(self, *options):
        return ["/usr/sbin/mariadbd", "--no-defaults", "--user=mysql", f"--datadir={self.datadir}", f"--port={self.port}",
                f"--socket={self.socket}", f"--pid-file=/run/mysqld/{self.port}.pid", "--bind-address=127.0.0.1",
                "--skip-name-resolve", f"--server-id={self.port}", *SMALL, *self.options, *options]

    def launch(self, *options):
        """Starts it and does not wait."""
        self.process = self.lab.start(self.command(*options), log=self.log)
        return self

    def start(self, *options):
        self.launch(*options)
        wait_for(self.answers, f"mariadbd on port {self.port}", deadline=30)
        return self

    def answers(self):
        assert self.process.alive(), "mariadbd ended:\n" + self.lab.log_text(self.log)[-4000:]
        return self.lab.path(self.socket).exists() and self.client("SELECT 1", check=False).returncode == 0

    def client(self, query, *options, check=True):
        return self.lab.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "--connect-timeout=5", "--batch", *options,
                             f"--execute={query}"], check=check)

    def sql(self, query):
        """The rows, each a dict."""
        lines = self.client(query).stdout.decode(errors="replace").splitlines()
        if not lines:
            return []
        names = lines[0].split("\t")
        return [dict(zip(names, line.split("\t"))) for line in lines[1:]]

    def stop(self):
        self.process.end(signal.SIGTERM, deadline=30)

    def kill(self):
        self.process.end(signal.SIGKILL)

    # Replication

    def allow_replicas(self):
        self.client("CREATE USER IF NOT EXISTS repl@'127.0.0.1' IDENTIFIED BY 'secret';"
                    "GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'")

    def replicate_from(self, source, start=True):
        self.client(f"CHANGE MASTER TO master_host='127.0.0.1', master_port={source.port}, master_user='repl',"
                    "master_password='secret', master_connect_retry=1, master_use_gtid=slave_pos")
        if start:
            self.client("START SLAVE")

    def replica_status(self):
        text = self.client("SHOW SLAVE STATUS\\G").stdout.decode(errors="replace")
        pairs = (line.split(": ", 1) for line in text.splitlines() if ": " in line)
        return {key.strip(): value.strip() for key, value in pairs}

    def wait_replica(self, io="Yes", sql="Yes", **more):
        wanted = {"Slave_IO_Running": io, "Slave_SQL_Running": sql, **more}

        def is_so():
            status = self.replica_status()
            return all(status.get(key) == value for key, value in wanted.items())

        wait_for(is_so, f"replication to be {wanted}", deadline=20)

    def wait_dump_threads(self, count):
        query = "SELECT COUNT(*) AS n FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"
        wait_for(lambda: self.sql(query)[0]["n"] == str(count), f"{count} dump threads")


def pair(lab, replica_options=()):
    """A primary on 3306 and its healthy replica on 3307."""
    primary = MariaDb(lab, options=["--log-bin=binlog"]).start()
    primary.allow_replicas()
    replica = MariaDb(lab, datadir="/srv/replica", port=3307, options=["--log-bin=binlog", "--log-slave-updates"])
    replica.start(*replica_options)
    replica.replicate_from(primary)
    replica.wait_replica()
    primary.wait_dump_threads(1)
    return primary, replica
