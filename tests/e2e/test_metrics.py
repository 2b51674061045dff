# SPDX-License-Identifier: Apache-2.0
"""What guardd tells Prometheus, judged by Prometheus' own tool."""

import json
import re
import shutil
import subprocess

from exposition import samples
from lab import TOP
from mariadb import MariaDb

PROMTOOL = shutil.which("promtool") or TOP / "build" / "prometheus" / "usr" / "bin" / "promtool"  # scripts/test unpacks it
MONITORING = TOP / "docs" / "monitoring"


def promtool(*arguments, **options):
    done = subprocess.run([PROMTOOL, *map(str, arguments)], capture_output=True, check=False, **options)
    assert done.returncode == 0, f"{arguments}: {done.stdout.decode()}{done.stderr.decode()}"
    assert not done.stderr, done.stderr.decode()  # what its linter would have otherwise


def test_the_metrics_tell_what_the_host_holds(host):
    before = host.http().get("/metrics").body.decode()
    promtool("check", "metrics", input=before.encode())
    MariaDb(host).start()
    host.check("check-reinstall").refused("dataset.active", role="standalone")
    host.guardctl("hold", "add", "--operation", "reboot", "--reason", "not now")
    text = host.http().get("/metrics").body.decode()
    promtool("check", "metrics", input=text.encode())
    found = samples(text)
    assert found['guardd_verdict{operation="reinstall",verdict="refuse"}'] == 1
    assert found['guardd_verdict{operation="reinstall",verdict="allow"}'] == 0
    assert found['guardd_datasets{service="mysql",state="active",role="standalone"}'] == 1
    assert found['guardd_inspector_up{inspector="processes"}'] == 1
    assert found['guardd_checks_total{verdict="refuse"}'] >= 1
    assert found["guardd_holds"] == 1 and found["guardd_ledger_up"] == 1
    assert 0 <= found["guardd_snapshot_age_seconds"] < 60
    assert any(name.startswith('guardd_build_info{version="') for name in found)


def test_the_example_writes_them_for_the_textfile_collector(host):
    unit = (TOP / "systemd/examples/guardd-textfile.service").read_text()
    command = re.search(r"^ExecStart=/bin/sh -euc '(.*)'$", unit, re.MULTILINE)[1].replace("$$", "$")
    host.run(["mkdir", "/srv/textfile"])
    write = ["env", "FILE=/srv/textfile/guardd.prom", "/bin/sh", "-euc", command]
    host.run(write)
    written = host.path("/srv/textfile/guardd.prom")
    promtool("check", "metrics", input=written.read_bytes())
    host.guard.end()
    assert host.run(write, check=False).returncode == 1
    assert not list(written.parent.iterdir()), "a guardd that is gone must not look alive"


def test_the_alert_rules_and_the_dashboard():
    promtool("check", "rules", MONITORING / "alerts.yml")
    promtool("test", "rules", MONITORING / "alerts_test.yml")
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    known = set(re.findall(r"guardd_\w+", (MONITORING / "README.md").read_text()))
    used = {name for panel in dashboard["panels"] for target in panel["targets"] for name in re.findall(r"guardd_\w+", target["expr"])}
    used |= set(re.findall(r"guardd_\w+", (MONITORING / "alerts.yml").read_text()))
    assert used <= known, f"not in docs/monitoring/README.md: {used - known}"


def test_every_metric_is_documented(host):
    names = set(re.findall(r"^# TYPE (\w+)", host.http().get("/metrics").body.decode(), re.MULTILINE))
    text = (MONITORING / "README.md").read_text()
    undocumented = {name for name in names if name not in text and not name.endswith("_limit") and not name.endswith("_limit_bytes")}
    assert not undocumented, undocumented
