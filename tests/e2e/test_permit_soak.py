# SPDX-License-Identifier: Apache-2.0
"""Permits under everything at once. GUARDD_SOAK_STEPS=100000 makes it a long one; GUARDD_SOAK_SEED repeats one."""

import json
import os
import random
import shutil
from pathlib import Path

STEPS = int(os.environ.get("GUARDD_SOAK_STEPS", "1500"))
SEED = int(os.environ.get("GUARDD_SOAK_SEED", random.randrange(1_000_000)))


def test_nothing_overlaps_and_nothing_starts_under_a_command(lab):
    disks = [lab.loop(name) for name in ("one", "two", "three")]
    lab.write("/tmp/driver.py", (Path(__file__).parent / "soak_driver.py").read_bytes())
    lab.write("/usr/local/sbin/mariadbd", Path(shutil.which("sleep")).read_bytes(), mode=0o755)
    done = lab.run(["/usr/bin/python3", "/tmp/driver.py", str(STEPS), str(SEED), *disks], timeout=1800, check=False)
    print(f"seed {SEED}: {done.stdout.decode()}{done.stderr.decode()[-4000:]}")
    report = json.loads(done.stdout)
    assert not report["violations"], report
    steps = report["steps"]
    for what in ("acquired", "not acquired", "ended", "holder died", "ran", "never ran", "guardctl exec killed", "gate open",
                 "gate closed", "server started", "cleared", "guardd killed"):
        assert steps.get(what, 0) > 0, f"never: {what}; {steps}"
