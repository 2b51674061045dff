# SPDX-License-Identifier: Apache-2.0
"""The figures of docs/performance.md. Started by tests/bench/run."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.dont_write_bytecode = True

from lab import BUILD, Lab  # noqa: E402
from mariadb import MariaDb  # noqa: E402
from waiting import wait_for  # noqa: E402

CHECK = ["/usr/bin/guardctl", "check-reinstall", "--timeout", "30"]
TICKS = os.sysconf("SC_CLK_TCK")


def install(lab, program, source):
    lab.write(f"/usr/local/bin/{program}", source.read_bytes(), 0o755)


def time_commands(lab, rounds, commands):
    """The seconds of every run and the exit statuses, a list for each command."""
    text = (HERE / "time_commands.py").read_text()
    done = lab.run(["/usr/bin/python3", "-c", text, str(rounds), *map(json.dumps, commands)], timeout=900)
    answer = json.loads(done.stdout)
    return answer["times"], answer["statuses"]


def synthetic_host(lab, processes, descriptors):
    """Processes with open descriptors; the lab ends them."""
    install(lab, "synthetic_host", BUILD / "bin/synthetic_host")
    lab.run("mkdir /tmp/files")
    lab.start(["bash", "-c", "exec synthetic_host /tmp/files $0 $1 < <(exec sleep infinity)", str(processes),
               str(descriptors)], log="/run/synthetic.log")
    wait_for(lambda: "ready" in lab.path("/run/synthetic.log").read_text(), "the synthetic host", deadline=120)


def tree(pid):
    """A process and its descendants."""
    pids = [pid]
    for parent in pids:
        try:
            pids += map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())
        except FileNotFoundError:
            pass
    return pids


def resident_kib(pids, field):
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except (FileNotFoundError, ProcessLookupError):
            continue  # a worker that is done
        total += sum(int(line.split()[1]) for line in lines if line.startswith(f"{field}:"))
    return total


def cpu_seconds(pid):
    """Of a process and of those of its children that it has reaped."""
    total = 0
    for member in tree(pid):
        try:
            fields = Path(f"/proc/{member}/stat").read_text().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        total += sum(map(int, fields[11:15])) / TICKS
    return total


def milliseconds(seconds):
    return f"{statistics.median(seconds) * 1000:10.2f} ms"


def ordinary_host(idle_seconds):
    """guardd's size and idle cost on a host with one small database."""
    with Lab() as lab:
        MariaDb(lab).start()
        guard = lab.guardd()
        time_commands(lab, 5, [CHECK])
        before, began = cpu_seconds(guard.outer), time.monotonic()
        time.sleep(idle_seconds)  # the measurement itself: what it costs when nobody asks
        idle = (cpu_seconds(guard.outer) - before) / (time.monotonic() - began)
        print(f"  CPU when idle, of one core          {idle * 100:10.3f} %    over {idle_seconds} s; target < 0.3 %")

        sizes, done = [], time.monotonic() + 5
        asking = lab.start(["bash", "-c", "while :; do guardctl check-reinstall --timeout 30 >/dev/null; done"])
        while time.monotonic() < done:
            pids = tree(guard.outer)
            sizes.append((resident_kib(pids, "Pss"), resident_kib(pids, "Rss"), len(pids)))
        asking.end()
        pss, rss, count = max(sizes)
        print(f"  resident memory at its largest      {pss / 1024:10.1f} MiB  Pss of {count} processes while it looks "
              f"(sum of Rss: {rss / 1024:.1f} MiB); target < 25 MB")


def busy_host(processes, descriptors, rounds):
    each = descriptors // processes
    with Lab() as lab:
        for program in ("bare_walk", "todays_script"):
            install(lab, program, HERE / program if program == "todays_script" else BUILD / "bin" / program)
        synthetic_host(lab, processes, each)
        lab.guardd()

        bare, looks = [], []
        for _ in range(rounds):
            # Without data no answer is reused: each check is a whole inspection, and the client on top of it.
            (walk, look), statuses = time_commands(lab, 1, [["/usr/local/bin/bare_walk", "1"], CHECK])
            assert statuses == [[0], [0]], f"a host without data must be allowed, and was not: {statuses}"
            bare += walk
            looks += look
        print(f"  bare two-thread walk                {milliseconds(bare)}")
        ratio = statistics.median(looks) / statistics.median(bare)
        print(f"  full inspection, asked for and answered{milliseconds(looks)[3:]}  x {ratio:.2f} of the walk; target <= 1.5")

        database = MariaDb(lab).start()
        script = ["/usr/local/bin/todays_script", database.socket]
        slow, fast, nothing = [], [], []
        for _ in range(max(3, rounds // 3)):
            (one,), (status,) = time_commands(lab, 1, [script])
            assert status == [1], f"the script must find the database: {status}"
            slow += one
            time_commands(lab, 1, [CHECK])  # makes the snapshot fresh
            (true, checks), statuses = time_commands(lab, 20, [["/bin/true"], CHECK])
            assert statuses[1] == [1], f"guardd must refuse: {statuses}"
            nothing += true
            fast += checks
        print(f"  pgrep + lsof + mysql                {milliseconds(slow)}")
        ratio = statistics.median(slow) / statistics.median(fast)
        print(f"  guardctl on a fresh snapshot        {milliseconds(fast)}  {ratio:.0f} times faster; target >= 50")
        print(f"  /bin/true                           {milliseconds(nothing)}")
        database.stop()
        lab.run(f"rm -r {database.datadir}")
        revocations(lab, rounds)


def revocations(lab, rounds):
    """From mariadbd's exec until a listener on /v1/events hears it, beside one check, which is one whole look."""
    database = MariaDb(lab)
    lab.run(f"cp -a {database.datadir} /run/data; rm -r {database.datadir}")
    prepare, clean = f"cp -a /run/data {database.datadir}", f"rm -r {database.datadir}"
    (looks,), _ = time_commands(lab, rounds, [CHECK])
    done = lab.run(["/usr/bin/python3", "-c", (HERE / "revocation_times.py").read_text(), str(rounds), prepare, clean,
                    json.dumps(database.command())], timeout=900)
    heard = json.loads(done.stdout)
    print(f"  one check, for comparison           {milliseconds(looks)}")
    print(f"  a start past the gate is heard      {milliseconds(heard)}  {max(heard) * 1000:.2f} ms at most, of {rounds}; "
          f"x {statistics.median(heard) / statistics.median(looks):.1f} of a check")


def checks_a_second(lab, connections, seconds, verdict):
    body = json.dumps({"operation": "reinstall", "scope": "host"})
    done = lab.run(["check_rate", "/run/guardd/guardd.sock", str(connections), str(seconds), body], timeout=seconds + 60)
    answer = json.loads(done.stdout)
    assert answer["allows"] == (answer["answers"] if verdict == "allow" else 0), answer
    return answer["rate"]


def records(seconds):
    """Checks with and without a durable record, on a file system of its own that lies on this machine's disk."""
    image = BUILD / "bench.img"
    with open(image, "wb") as file:
        file.truncate(256 * 1024 * 1024)
    device = subprocess.run(["losetup", "--find", "--show", image], check=True, capture_output=True, text=True).stdout.strip()
    try:
        subprocess.run(["mkfs.ext4", "-q", device], check=True)
        with Lab() as lab:
            for program in ("ledger_rate", "check_rate"):
                install(lab, program, BUILD / "bin" / program)
            lab.give(device)
            lab.run(f"mount {device} /var; mkdir -p /var/lib/guardd/bench /var/log /var/tmp; ln -s /run /var/run")
            rates = json.loads(lab.run(["ledger_rate", "/var/lib/guardd/bench", str(seconds)], timeout=300).stdout)
            alone = rates["sqlite"]
            print(f"  SQLite alone, a row a transaction   {alone:10.0f} /s")
            for askers in ("1", "64"):
                print(f"  guardd's ledger, {askers:>2} waiting         {rates[askers]:10.0f} /s  x {rates[askers] / alone:.2f} of SQLite")
            lab.run("rm -r /var/lib/guardd/bench")
            lab.guardd()
            for connections in (1, 64):
                rate = checks_a_second(lab, connections, seconds, "allow")
                print(f"  allows, each durable, {connections:>2} connections {rate:8.0f} /s  each waits for a look that began after it")
            MariaDb(lab).start()
            time_commands(lab, 1, [CHECK])
            for connections in (1, 64):
                rate = checks_a_second(lab, connections, seconds, "refuse")
                print(f"  refusals, recorded later, {connections:>2} conn.   {rate:8.0f} /s")
    finally:
        subprocess.run(["losetup", "--detach", device], check=True)
        image.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=2000)
    parser.add_argument("--descriptors", type=int, default=200_000, help="of all processes together")
    parser.add_argument("--seconds", type=int, default=5, help="of each rate")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--idle", type=int, default=60, metavar="SECONDS")
    options = parser.parse_args()

    print(f"{os.cpu_count()} CPUs, Linux {os.uname().release}, load {os.getloadavg()[0]:.1f}; medians")
    print("An ordinary host, one MariaDB:")
    ordinary_host(options.idle)
    print("The same host, permits:")
    with Lab() as lab:
        lab.guardd()
        revocations(lab, options.rounds)
    print("Durable records:")
    records(options.seconds)
    print(f"{options.processes} processes with {options.descriptors} descriptors:")
    busy_host(options.processes, options.descriptors, options.rounds)


if __name__ == "__main__":
    main()
