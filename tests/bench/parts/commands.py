# SPDX-License-Identifier: Apache-2.0
"""guardctl from start to exit, beside /bin/true and what else can say no to a reboot: logind's inhibitors and molly-guard."""

from statistics import median

from lab import LAYER, SystemdLab
from mariadb import MariaDb
from report import Target
from tools import CHECK, install, load, start_echo, time_commands

# Called by that name, with /bin/true in the place of the command that it guards, it runs its hooks and nothing else.
MOLLY_GUARD = ["/usr/local/lib/reboot", "--molly-guard-do-nothing"]
COMMANDS = {
    "/bin/true": ["/bin/true"],
    "guardctl check-reinstall, refused": CHECK,
    "systemd-inhibit --list": ["/usr/bin/systemd-inhibit", "--list"],
    "molly-guard's wrapper and hooks": MOLLY_GUARD,
}


def install_molly_guard(lab):
    for file in (LAYER / "etc/molly-guard").rglob("*"):
        if file.is_file():
            lab.write(f"/etc/molly-guard/{file.relative_to(LAYER / 'etc/molly-guard')}", file.read_bytes(), 0o755)
    lab.run(f"ln -s /lib/molly-guard/molly-guard {MOLLY_GUARD[0]}; cp /bin/true /usr/lib/molly-guard/reboot")


def measure(report, options):
    report.section("Commands, from start to exit")
    with SystemdLab() as lab:
        install(lab, "http_load", "echo_server")
        install_molly_guard(lab)
        lab.guardd()
        MariaDb(lab).start()
        _, echo = start_echo(lab)
        times = {name: [] for name in COMMANDS}
        trips = []
        for _ in range(options.rounds):
            taken, statuses = time_commands(lab, 5, list(COMMANDS.values()))
            assert statuses == [[0], [1], [0], [0]], statuses
            for name, seconds in zip(COMMANDS, taken):
                times[name] += seconds
            trips += [us / 1e6 for us in load(lab, echo, 1, 1)["microseconds"]]
    floor = median(times["/bin/true"]) + median(trips)
    report.milliseconds("one round trip to the bare echo", trips)
    report.milliseconds("/bin/true", times["/bin/true"])
    for name in list(COMMANDS)[1:]:
        ours = name.startswith("guardctl")
        report.milliseconds(name, times[name], median(times[name]) / floor, "of /bin/true and one round trip",
                            Target("<=", 2) if ours else None)
