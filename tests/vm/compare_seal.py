# SPDX-License-Identifier: Apache-2.0
"""Compares what became of the tools in tests/vm/run's machine with seal_expected.py."""

from seal_expected import ATTEMPTS, FOUND, SEALED

EPERM = "Operation not permitted"


class SealAnswers:
    """What the second story wrote."""

    def __init__(self):
        self.attempts, self.found, self.seals = {}, {}, {}

    def take(self, entry):
        """Whether the line was one of these."""
        stage = entry.get("stage")
        if "attempt" in entry:
            self.attempts[stage, entry["attempt"], entry["on"]] = entry
        elif "found" in entry:
            self.found[stage, entry["found"]] = entry["value"]
        elif "seal" in entry:
            self.seals[stage] = entry["seal"]["seal"]
        else:
            return False
        return True


def outcome(attempt):
    """What became of it: `denied` is by the seal, `kept out` by somebody else; "odd" is never wanted."""
    failed = attempt["status"] != 0
    if attempt["denied"] is None:  # guardd was dead, and nobody could count
        return "denied" if failed and EPERM in attempt["said"] else "odd" if failed else "allowed"
    if attempt["denied"]:
        return "denied" if failed else "odd"
    if failed:
        return "kept out"
    return "exempted" if attempt["exempted"] else "allowed"


def line(problem, what):
    print(f"FAIL {what}: {problem}" if problem else f"ok {what}")
    return 1 if problem else 0


def judge_attempts(given):
    failures, left = 0, dict(given)
    for wanted in ATTEMPTS:
        for on in wanted.on:
            attempt = left.pop((wanted.stage, wanted.tool, on), None)
            came = outcome(attempt) if attempt else "it was not tried"
            problem = None if came == wanted.outcome else f"{came} {attempt or ''}"
            failures += line(problem, f"{wanted.stage}, {wanted.tool}, {on}: {wanted.outcome}")
    return failures + sum(line("nobody says what must become of it", " ".join(key)) for key in left)


def judge_seal(answers, names):
    """The number of failures; prints a line for each thing that was expected."""
    failures = judge_attempts(answers.attempts)
    for (stage, what), wanted in FOUND.items():
        came = answers.found.get((stage, what))
        failures += line(None if came == wanted else f"it is {came!r}", f"{stage}, {what}: {wanted!r}")
    for stage, wanted in SEALED.items():
        seal = answers.seals.get(stage, {})
        came = names(device["name"] for device in seal.get("devices", []))
        problem = f"sealed are {sorted(came)}" if came != wanted else seal.get("problem")
        failures += line(problem, f"{stage}: sealed are these devices and no others")
    recent = [one for seal in answers.seals.values() for one in seal["recent"]]
    unnamed = [one for one in recent if not (one["pid"] and one["comm"])]
    return failures + line(unnamed or not recent, "which process it was is told of each denial")
