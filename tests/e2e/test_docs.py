# SPDX-License-Identifier: Apache-2.0
"""Every command of the README, of docs/ and of the manual pages, as it stands there and in the order of its page.

Each page has a host of its own, db7, with systemd, guardd, Debian's mariadb.service (and no data), the recipes, and spare
disks /dev/sdb and /dev/sdc. documents.py tells how a page is written.
"""

import base64
import contextlib
import itertools
import os
import re
import select
import shlex
import signal
import subprocess
import time

import pytest

import documents
from documents import MANUALS, PAGES, is_as_printed
from lab import TOP, Lab, SystemdLab
from mariadb_service import RESTORE, install_mariadb

# What can't be done in a lab, and why; each is a pattern of whole commands.
CANNOT_RUN = {
    r"scripts/(build|demo|test|package|figures).*": "of a checkout: scripts/test runs them, and this test with them",
    r"apt-get install .*": "test_package.py installs the package, on a host that has never had guardd",
}
# What only shows what happens, without end.
ENDLESS = re.compile(r"--watch|/v1/events")
# Questions: what they are told may take a look to come true.
QUESTION = re.compile(r"(guardctl (check-|status|permit list|hold list|release list)|curl |journalctl |systemctl (is-|status))")
# What a lab must not do, or has not: it writes down that it ran.
NOTING = "#!/bin/sh\necho \"${0##*/} $*\" >>/run/done\n"
SYSTEMCTL = '#!/bin/sh\n[ "$1" != reboot ] || { echo "systemctl reboot" >>/run/done; exit 0; }\nexec /usr/bin/systemctl "$@"\n'
CURL = '#!/bin/sh\nexec /usr/bin/curl --fail "$@"\n'  # so that an endpoint that is not there is a failure
BIN = "/usr/local/sbin"
# For the pages' <!-- lab: --> parts.
HELPERS = {
    "restore-mysql": RESTORE,
    # mariadb.service as the replica of a primary, which would be another host's and so must be gone before anything is allowed.
    "start-replica": """
        install -d -o mysql -g mysql /srv/primary; tar -xf /usr/local/share/data.tar -C /srv/primary; chown -R mysql:mysql /srv/primary
        mkdir -p /run/mysqld; chown mysql:mysql /run/mysqld
        options=(--no-defaults --user=mysql --datadir=/srv/primary --bind-address=127.0.0.1 --port=3307 --server-id=7 --log-bin=binlog
          --innodb-log-file-size=4M --innodb-buffer-pool-size=8M --innodb-use-native-aio=0)
        /usr/sbin/mariadbd "${options[@]}" --socket=/run/mysqld/primary.sock --pid-file=/run/mysqld/primary.pid >/run/primary.log 2>&1 </dev/null &
        primary() { mariadb --no-defaults --socket=/run/mysqld/primary.sock "$@"; }
        until primary -e 'SELECT 1' >/dev/null 2>&1; do read -rt 0.1 <> <(:) || :; done
        primary -e "CREATE USER repl@'127.0.0.1' IDENTIFIED BY 'secret'; GRANT REPLICATION SLAVE ON *.* TO repl@'127.0.0.1'"
        restore-mysql
        systemctl start mariadb
        mariadb -e "CHANGE MASTER TO master_host='127.0.0.1', master_port=3307, master_user='repl', master_password='secret',
          master_use_gtid=slave_pos; START SLAVE"
        until mariadb -e 'SHOW SLAVE STATUS' -E | grep -q 'Seconds_Behind_Master: 0'; do read -rt 0.1 <> <(:) || :; done""",
    "stop-primary": """
        pid=$(cat /run/mysqld/primary.pid); kill "$pid"; while kill -0 "$pid" 2>/dev/null; do read -rt 0.1 <> <(:) || :; done
        rm -r /srv/primary""",
}
SOMEBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def can_run(step):
    return not any(re.fullmatch(pattern, step.text, re.DOTALL) for pattern in CANNOT_RUN)


STEPS = {str(page.relative_to(TOP)): documents.steps_of(page) for page in PAGES}
RUN = [page for page, steps in STEPS.items() if any(can_run(step) and not step.hidden for step in steps)]


class Shell:
    """One shell of root's in the lab, in which a page's commands are typed one after the other."""

    END = "\x1e"

    def __init__(self, host):
        command = ["bash", "-c", 'cd /root; status=0; while read -r line; do eval "$line"; done']
        self.popen = subprocess.Popen(host.enter(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def type(self, text, deadline=60.0):
        """(exit status, what was printed). `$?` is the exit status of what was typed before."""
        encoded = base64.b64encode(f"(exit $status)\n{text}".encode()).decode()
        line = f'eval "$(echo {encoded} | base64 --decode)" </dev/null; status=$?; printf "{self.END}%d\\n" "$status"\n'
        self.popen.stdin.write(line.encode())
        self.popen.stdin.flush()
        output, end = b"", time.monotonic() + deadline
        while not (marker := re.search(rf"{self.END}(\d+)\n$".encode(), output)):
            left = end - time.monotonic()
            ready = left > 0 and select.select([self.popen.stdout], [], [], left)[0]
            piece = os.read(self.popen.stdout.fileno(), 65536) if ready else b""
            assert piece, f"{text}: no end in {deadline} s, or the end of the shell; so far:\n{output.decode(errors='replace')}"
            output += piece
        return int(marker[1]), output[:marker.start()].decode(errors="replace")

    def close(self):
        self.popen.stdin.close()
        self.popen.wait(20)
        self.popen.stdout.close()


HUNG = "[Unit]\nDescription=Waits for what never comes\n[Service]\nType=oneshot\nExecStart=/bin/sleep infinity\n"


class HungLab(SystemdLab):
    """Whose boot does not end before hung.service is stopped."""

    def __enter__(self):
        for _ in range(5):
            super().__enter__()
            if self.came_in_time:
                return self
            self.__exit__()
        raise AssertionError("systemd was faster than this test, five times")

    def _boot(self):
        # systemd is stopped before it has loaded its units, and gets one more.
        os.kill(self.init, signal.SIGSTOP)
        self.came_in_time = not self.path("/run/systemd/private").exists()
        self.write("/etc/systemd/system/hung.service", HUNG)
        wanted = self.path("/etc/systemd/system/lab.target.wants")
        wanted.mkdir()
        (wanted / "hung.service").symlink_to("../hung.service")
        os.kill(self.init, signal.SIGCONT)
        self._wait_for_systemd()


@contextlib.contextmanager
def host_of(page):
    """The host of a page, with what the page speaks of."""
    text = (TOP / page).read_text()
    with (HungLab if "hung.service" in text else SystemdLab)("db7") as host:
        if "mysql" in text or "mariadb" in text:
            install_mariadb(host)
        for example in (TOP / "docs/recipes/examples").iterdir():
            host.write(f"{BIN}/{example.name}", example.read_bytes(), example.stat().st_mode & 0o777)
        for name in ("install-image", "fetch-image", "apt-get"):
            host.write(f"{BIN}/{name}", NOTING, 0o755)
        host.write(f"{BIN}/systemctl", SYSTEMCTL, 0o755)
        host.write(f"{BIN}/curl", CURL, 0o755)
        for drop_in in (TOP / "systemd").glob("*.service.d"):  # the package's: they gate nothing until they are copied
            host.run(["rm", "-r", f"/etc/systemd/system/{drop_in.name}"])
            host.write(f"/usr/share/guardd/drop-ins/{drop_in.name}/guardd.conf", (drop_in / "guardd.conf").read_bytes())
        for name, script in HELPERS.items():
            host.write(f"{BIN}/{name}", f"#!/bin/bash\nset -e\n{script}\n", 0o755)
        for name in ("sdb", "sdc"):
            if f"/dev/{name}" in text:
                host.run(["ln", "-s", host.loop(name), f"/dev/{name}"])
        host.run(["mkdir", "-p", "/etc/guardd/policies"])  # as the package
        host.systemctl("daemon-reload")
        host.guardd()
        yield host
        print(host.journal())  # pytest shows it with a failure only


def typed(step, printed):
    if step.hidden:
        return f"printed={shlex.quote(printed)}\n{step.text}"
    text = step.text if step.by_root else shlex.join([*SOMEBODY, "bash", "-c", step.text])
    if ENDLESS.search(text):
        return f"timeout --preserve-status --kill-after=5 2 {text}; [ $? -eq 143 ]"
    return text


def is_right(step, status, output):
    return step.status in (None, status) and (step.printed is None or is_as_printed(step.printed, output))


def do(shell, step, printed):
    """Types it; a question once more while the answer may still come true. What was printed."""
    end = time.monotonic() + 15
    while True:
        status, output = shell.type(typed(step, printed))
        if is_right(step, status, output):
            return output
        if not QUESTION.match(step.text) or time.monotonic() > end:
            wanted = "" if step.printed is None else "\nand not what is documented:\n" + "\n".join(step.printed)
            raise AssertionError(f"{step}\ngave {status}, wanted {step.status}:\n{output}{wanted}")


@pytest.mark.parametrize("page", RUN)
def test_a_page_does_what_it_says(page):
    with host_of(page) as host:
        shell, printed = Shell(host), ""
        for step in STEPS[page]:
            if can_run(step):
                printed = do(shell, step, printed)
        shell.close()


def test_the_manual_pages_examples_are_no_mistakes():
    """What they are told depends on the host; a usage error and a command that is not there do not."""
    with host_of("man/guardctl.1") as host:
        shell = Shell(host)
        steps = [step for manual in MANUALS for step in documents.manual_steps(manual)]
        assert len(steps) > 3
        for step in steps:
            status, output = shell.type(step.text)
            assert status in (0, 1, 3, 125), f"{step}\ngave {status}:\n{output}"
        shell.close()


def test_every_block_is_read():
    """Otherwise all of this would pass on pages that nobody can parse."""
    assert sum(len(steps) for steps in STEPS.values()) > 100 and len(RUN) > 10
    for page in PAGES:
        text, read = page.read_text(), list(documents.blocks(page))
        assert len(re.findall(r"^\s*```", text, re.MULTILINE)) == 2 * sum(language != "lab" for language, *_ in read), page
        assert text.count("<!--") == sum(language == "lab" for language, *_ in read), page


def test_nothing_stale_is_in_the_table_of_what_cannot_run():
    texts = [step.text for steps in STEPS.values() for step in steps]
    assert not [pattern for pattern in CANNOT_RUN if not any(re.fullmatch(pattern, text, re.DOTALL) for text in texts)]


def test_a_script_of_the_checkout_that_is_named_is_there():
    for steps in STEPS.values():
        for step in steps:
            if step.text.startswith("scripts/"):
                assert os.access(TOP / step.text.split()[0], os.X_OK), step


# What stands for what, in a page's text.
STANDS_FOR = {"ID": "p1", "OPERATION": "reinstall", "N": "0", "TEXT": "text", "SERVICE": "some.service", "COMMAND": "true",
              "DATASET": "mysql-0123456789abcdef", "$disk": "/dev/lab"}


def words_of(line):
    """A command's words, up to where another command begins."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    words = list(itertools.takewhile(lambda word: not set(word) <= set("|&;<>"), lexer))
    return ["/dev/lab" if word.startswith("/dev/") else STANDS_FOR.get(word, word) for word in words]


@pytest.fixture(scope="module")
def without_guardd():
    """A host for command lines, and the names of guardctl's commands."""
    with Lab() as host:
        host.run("mknod /dev/lab b 7 15; mkdir -p /srv/old /etc/guardd/policies")
        usage = host.run(["guardctl", "--help"]).stdout.decode()
        yield host, {match[1] for match in re.finditer(r"^  (guardctl [a-z-]+(?: [a-z]+)?)", usage, re.MULTILINE)}


@pytest.mark.parametrize("page", [page for page in PAGES if documents.commands_in_text(page)], ids=lambda page: str(page.relative_to(TOP)))
def test_guardctl_takes_what_the_text_speaks_of(without_guardd, page):
    host, names = without_guardd
    for line in documents.commands_in_text(page):
        if line in names or line in ("guardctl exec", "guardctl check-start"):
            continue  # that there is such a command is all that the name alone says
        words = words_of(line)
        words[1:1] = ["--socket", "/run/absent/guardd.sock"]
        finished = host.run(words, check=False)
        # Nobody is there to be asked: these are what that makes of a command without a mistake.
        answered = {"check-start": 0, "policy": 0, "--help": 0, "exec": 125}.get(words[3], 3)
        assert finished.returncode == answered, (line, words, finished)
