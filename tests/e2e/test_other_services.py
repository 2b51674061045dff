# SPDX-License-Identifier: Apache-2.0
"""A real PostgreSQL cluster and a real Redis, recognised by policy alone."""

import pytest

from verdict import evidence
from waiting import wait_for

POSTGRES = "/usr/lib/postgresql/15/bin"


class Postgres:
    def __init__(self, lab, data="/var/lib/postgresql/15/main"):
        self.lab, self.data = lab, data
        if not lab.path(f"{POSTGRES}/initdb").exists():
            pytest.fail("PostgreSQL's programs are missing: run scripts/test")
        lab.run(f"mkdir -p {data} /run/postgresql; chown -R postgres:postgres {data} /run/postgresql")
        self.as_postgres("initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", f"--pgdata={data}")

    def as_postgres(self, program, *arguments):
        return self.lab.run(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                             f"{POSTGRES}/{program}", *arguments], timeout=60)

    def start(self):
        self.process = self.lab.start(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                                       f"{POSTGRES}/postgres", "-D", self.data, "-c", "jit=off", "-c", "fsync=off",
                                       "-c", "unix_socket_directories=/run/postgresql", "-c", "shared_buffers=8MB"],
                                      log="/run/postgresql/log")
        wait_for(lambda: self.lab.run([f"{POSTGRES}/pg_isready", "-q", "-h", "/run/postgresql"], check=False).returncode == 0,
                 "PostgreSQL", deadline=20)
        return self


def start_redis(host, directory, *options):
    host.run(f"mkdir -p {directory}; ln -sf redis-check-rdb /usr/bin/redis-server; chown redis {directory}")
    process = host.start(f"cd {directory}; exec setpriv --reuid=redis --clear-groups --regid=redis redis-server --port 6379 "
                         f"--bind 127.0.0.1 --dir {directory} {' '.join(options)}", log="/run/redis.log")
    wait_for(lambda: b"PONG" in host.run(["redis-cli", "ping"], check=False).stdout, "Redis")
    return process


def test_running_postgresql_cluster(host):
    server = Postgres(host).start()
    verdict = host.check("check-reinstall")
    reason = verdict.refused("dataset.active", service="postgresql", path=server.data)
    assert server.process.pid in evidence(reason, "pid"), str(verdict)


def test_stopped_postgresql_cluster(host):
    server = Postgres(host).start()
    server.process.end(2)  # a fast shutdown
    reason = host.check("check-reinstall").refused("dataset.at_rest", service="postgresql", path=server.data)
    assert reason["dataset"]["state"] == "at_rest"


def test_postgresql_in_an_unusual_place(host):
    server = Postgres(host, data="/srv/warehouse/pg").start()
    host.check("check-reinstall").refused("dataset.active", service="postgresql", path="/srv/warehouse/pg")
    server.process.end(2)
    host.check("check-reinstall").refused("dataset.at_rest", service="postgresql", path="/srv/warehouse/pg")


def test_running_redis_that_saves_nothing(host):
    process = start_redis(host, "/var/lib/redis", "--save \"''\"", "--appendonly no")
    assert not list(host.path("/var/lib/redis").iterdir())
    verdict = host.check("check-reinstall")
    reason = verdict.refused("dataset.active", service="redis")
    assert process.pid in evidence(reason, "pid"), str(verdict)


def test_redis_at_rest(host):
    process = start_redis(host, "/var/lib/redis")
    host.run(["redis-cli", "set", "key", "value"])
    host.run(["redis-cli", "save"])
    process.end()
    host.check("check-reinstall").refused("dataset.at_rest", service="redis", path="/var/lib/redis")
