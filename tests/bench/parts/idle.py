# SPDX-License-Identifier: Apache-2.0
"""What guardd costs while nobody asks, beside other guards that are idle."""

import hashlib
import time
from contextlib import ExitStack

from exposition import samples
from lab import Lab
from machine import Machine
from mariadb import MariaDb
from report import Target
from tools import CHECK, time_commands
from unix_http import UnixConnection
from usage import Cost, resident_kib
from waiting import wait_for

SETTLED = 5.0  # seconds until a daemon that is going to give up has done so
USBGUARD = """RuleFile=/etc/usbguard/rules.conf
ImplicitPolicyTarget=allow
PresentDevicePolicy=keep
IPCAllowedUsers=root
DeviceManagerBackend=uevent
AuditBackend=FileAudit
AuditFilePath=/run/usbguard-audit.log
"""
FAPOLICYD = """permissive = 1
nice_val = 0
q_size = 800
uid = root
gid = root
do_stat_report = 0
db_max_size = 50
subj_cache_size = 1549
obj_cache_size = 8191
watch_fs = tmpfs
trust = file
integrity = none
syslog_format = rule,dec,perm,auid,pid,exe,:,path,ftype,trust
"""


def start_usbguard(lab):
    lab.write("/etc/usbguard/usbguard-daemon.conf", USBGUARD, 0o600)
    lab.write("/etc/usbguard/rules.conf", "", 0o600)
    return lab.start(["usbguard-daemon", "-c", "/etc/usbguard/usbguard-daemon.conf"], log="/run/other.log")


def start_fapolicyd(lab):
    lab.write("/etc/fapolicyd/fapolicyd.conf", FAPOLICYD)
    trusted = lab.path("/usr/bin/true").read_bytes()  # an empty list makes no database
    lab.write("/etc/fapolicyd/fapolicyd.trust", f"/usr/bin/true {len(trusted)} {hashlib.sha256(trusted).hexdigest()}\n")
    lab.write("/etc/fapolicyd/compiled.rules", "allow perm=any all : all\n")
    lab.run("mkdir -p /var/lib/fapolicyd /run/fapolicyd /etc/fapolicyd/trust.d")
    return lab.start(["fapolicyd", "--permissive", "--debug-deny"], log="/run/other.log")


def start_guardd(lab):
    MariaDb(lab).start()
    guard = lab.guardd()
    time_commands(lab, 5, [CHECK])
    return guard


def settled(lab, process):
    """What a daemon said before it ended, where it did."""
    end = time.monotonic() + SETTLED
    wait_for(lambda: not process.alive() or time.monotonic() > end, "it to settle", deadline=SETTLED + 5)
    return None if process.alive() else (lab.log_text("/run/other.log").strip().splitlines() or ["it ended at once"])[-1]


def calm(machine):
    """Until guardd's rounds after its start, further and further apart, are over: none for longer than the one before the last."""
    last, since = None, time.monotonic()

    def is_calm():
        nonlocal last, since
        looks = samples(UnixConnection(machine.socket).get("/metrics").body.decode())["guardd_looks_total"]
        if looks != last:
            last, since = looks, time.monotonic()
        return time.monotonic() - since > 29

    wait_for(is_calm, "guardd to be calm", deadline=180)


def largest_size(lab, pid):
    """The largest sum of Pss, in KiB, while checks follow one another for five seconds."""
    asking = lab.start(["bash", "-c", "while :; do guardctl check-reinstall --timeout 30 >/dev/null; done"])
    sizes, done = [], time.monotonic() + 5
    while time.monotonic() < done:
        sizes.append(resident_kib(pid))
    asking.end()
    return max(sizes)


def watch(costs, seconds):
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        for cost in costs.values():
            cost.pss.append(resident_kib(cost.pid))
        time.sleep(min(1.0, seconds))
    for cost in costs.values():
        cost.end()


def measure(report, options):
    report.section(f"Idle, over {options.idle} s")
    with ExitStack() as stack:
        others = {"usbguard-daemon": start_usbguard, "fapolicyd": start_fapolicyd}
        lab, machine = stack.enter_context(Lab()), stack.enter_context(Machine())
        pids = {"guardd, one MariaDB, in a container": start_guardd(lab).outer, "guardd, on this machine": machine.guardd().outer}
        for name, start in others.items():
            home = stack.enter_context(Lab())
            process = start(home)
            if why := settled(home, process):
                report.skip(name, why)
            else:
                pids[name] = process.outer
        calm(machine)
        costs = {name: Cost(pid) for name, pid in pids.items()}
        watch(costs, options.idle)
        for name, cost in costs.items():
            ours = name.startswith("guardd")
            report.row(f"{name}: CPU", cost.percent, "%", of="of one core", target=Target("<", 0.1) if ours else None)
            report.row(f"{name}: resident (Pss)", max(cost.pss) * 1024 / 1e6, "MB", target=Target("<", 20) if ours else None)
            report.row(f"{name}: wake-ups", cost.wakeups, "/s", target=Target("<", 5) if ours else None)
        report.row("guardd, look after look: resident (Pss)", largest_size(lab, lab.guard.outer) * 1024 / 1e6, "MB")
