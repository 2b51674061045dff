# SPDX-License-Identifier: Apache-2.0
"""An answer of guardctl, checked against the contract as soon as it is read."""

import json

CODES = {
    "dataset.active", "dataset.at_rest", "dataset.remembered", "dataset.ambiguous", "role.primary", "role.unknown",
    "replicas.attached", "clients.connected", "device.in_use", "device.unrecognised", "mount.unrecognised",
    "mount.missing", "path.protected", "hold.active", "permit.conflict", "operation.interrupted", "host.mismatch",
    "host.starting", "quorum.denied", "inspector.failed", "snapshot.stale", "target.untraceable", "ledger.failed",
    "ledger.lost", "daemon.unreachable", "daemon.denied", "daemon.untrusted",
}
EXIT_STATUS = {"allow": 0, "refuse": 1, "unknown": 3}


class Verdict:
    """The JSON object and the exit status, which must agree with each other."""

    def __init__(self, command, status, output, errors):
        self.command, self.status, self.output, self.errors = command, status, output, errors
        self.document = None
        if status == 2:  # usage: there is no verdict
            return
        try:
            self.document = json.loads(output)
        except ValueError as problem:
            raise AssertionError(f"no JSON on stdout ({problem}): {self}") from None
        self._obeys_contract()

    def _obeys_contract(self):
        document = self.document
        for key in ("operation", "scope", "targets", "verdict", "reasons", "lifted", "host"):
            assert key in document, f"{key} is missing: {self}"
        assert EXIT_STATUS[document["verdict"]] == self.status, f"status and verdict differ: {self}"
        assert (document["verdict"] == "allow") == (not document["reasons"]), f"an allow has no reasons: {self}"
        for reason in document["reasons"]:
            assert reason["code"] in CODES, f"unknown code: {self}"
            assert reason["message"], f"a reason without a message: {self}"
        if document["verdict"] != "unknown":
            for key in ("hostname", "machine_id", "boot_id"):
                assert document["host"][key], f"host.{key} is missing: {self}"
        if document["verdict"] == "allow" or document.get("snapshot"):  # the client itself knows a wrong host, too
            assert document["snapshot"]["age_ms"] >= 0, str(self)
            assert document["instance"] in ("system", "private"), str(self)
        if document["verdict"] == "refuse":
            assert any(reason.get("remedy") for reason in document["reasons"]), f"a refusal without a remedy: {self}"

    @property
    def outcome(self):
        return self.document["verdict"]

    @property
    def codes(self):
        return {reason["code"] for reason in self.document["reasons"]}

    def reasons(self, code, **dataset):
        """The reasons of that code whose dataset has these members."""
        return [
            reason for reason in self.document["reasons"]
            if reason["code"] == code
            and all(reason.get("dataset", {}).get(key) == value for key, value in dataset.items())
        ]

    def allowed(self):
        assert self.status == 0, f"wanted an allow: {self}"
        return self

    def refused(self, code, **dataset):
        """Asserts a refusal with a reason of that code about such a dataset; returns the first such reason."""
        assert self.status == 1, f"wanted a refusal: {self}"
        found = self.reasons(code, **dataset)
        assert found, f"wanted {code} about {dataset}: {self}"
        return found[0]

    def unknown(self, *codes):
        """Asserts exit status 3, for one of these codes where any are given."""
        assert self.status == 3, f"wanted unknown: {self}"
        assert not codes or self.codes & set(codes), f"wanted one of {codes}: {self}"
        return self

    def __str__(self):
        what = json.dumps(self.document, indent=1) if self.document is not None else repr(self.output)
        return f"{' '.join(map(str, self.command))} gave {self.status}\n{what}\n{self.errors}"


def evidence(reason, key):
    """What the reason's evidence says under `key`."""
    return [item[key] for item in reason.get("evidence", []) if key in item]
