# SPDX-License-Identifier: Apache-2.0
"""Debian's mariadb.service in a lab that systemd runs."""

import os
from pathlib import Path

import pytest

from lab import TOP
from mariadb import SMALL, fresh_data_directory

# Debian's mariadb-server, unpacked: scripts/test does that.
PLUGINS = Path(os.environ.get("GUARDD_MARIADB_PLUGINS", TOP / "build" / "mariadb-plugins" / "usr" / "lib" / "mysql" / "plugin"))
PACKAGE = PLUGINS.parents[3]
PACKAGED = ["usr/lib/systemd/system/mariadb.service", "usr/lib/tmpfiles.d/mariadb.conf", "usr/share/mysql/debian-start.inc.sh",
            "etc/mysql/debian-start", "etc/mysql/mariadb.conf.d/50-server.cnf"]
RESTORE = "install -d -o mysql -g mysql /var/lib/mysql; tar -xf /usr/local/share/data.tar -C /var/lib/mysql; " \
          "chown -R mysql:mysql /var/lib/mysql"


def install_mariadb(lab):
    """What the package and its postinst leave on a host, and data to RESTORE."""
    if not (PACKAGE / PACKAGED[0]).exists():
        pytest.skip(f"Debian's mariadb-server is not unpacked at {PACKAGE}: scripts/test e2e does that")
    for name in PACKAGED:
        lab.write(f"/{name}", (PACKAGE / name).read_bytes(), mode=(PACKAGE / name).stat().st_mode & 0o777)
    lab.write("/etc/mysql/debian.cnf", "[client]\nuser = root\nsocket = /run/mysqld/mysqld.sock\n", mode=0o600)
    small = "\n".join(option.removeprefix("--") for option in SMALL)
    lab.write("/etc/mysql/mariadb.conf.d/99-small.cnf", f"[mariadbd]\nskip-name-resolve\n{small}\n")
    lab.write("/usr/local/share/data.tar", fresh_data_directory())
    lab.run(["systemd-tmpfiles", "--create", "mariadb.conf"])
