# SPDX-License-Identifier: Apache-2.0
"""Compares the answers from tests/vm/run's machine with expected.py and seal_expected.py: compare.py ANSWERS CONSOLE."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from compare_seal import SealAnswers, judge_seal  # noqa: E402
from expected import EXPECTED  # noqa: E402
from verdict import Verdict  # noqa: E402


class Answers:
    """What the machine wrote, with its devices' names in place of their nodes."""

    def __init__(self, path):
        self.given, self.nodes, self.failure = {}, {}, "it never came to its end"
        self.seal = SealAnswers()
        for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if "devices" in entry:
                self.nodes = {node: name for name, node in entry["devices"].items()}
            elif self.seal.take(entry):
                pass
            elif "stage" in entry:
                self.given[entry["stage"], entry["about"]] = entry
            else:
                self.failure = entry.get("failed")

    def names(self, nodes):
        return {self.nodes.get(node, node) for node in nodes}


def mismatch(expectation, answer, names):
    """What is wrong with the answer, or None."""
    verdict = Verdict(answer["command"].split(), answer["status"], json.dumps(answer["answer"]), "")
    if verdict.outcome != expectation.verdict:
        return f"the verdict is {verdict.outcome} {sorted(verdict.codes)}"
    if expectation.code is None:
        return None
    reasons = verdict.reasons(expectation.code, **({"path": expectation.path} if expectation.path else {}))
    if not reasons:
        return f"no such reason among {sorted(verdict.codes)}"
    if expectation.devices:
        found = names(reasons[0]["dataset"]["devices"])
        if found != set(expectation.devices):
            return f"its devices are {sorted(found)}"
    if expectation.detail and not any(expectation.detail in json.dumps(reason["evidence"]) for reason in reasons):
        return f"no evidence says so: {[reason['evidence'] for reason in reasons]}"
    return None


def blind_inspectors(answers):
    """Those that did not see everything, at some stage: a refusal would hide that."""
    return {f"{stage}: {one['name']} {one['problems']}" for (stage, _), answer in answers.given.items()
            for one in answer["answer"]["snapshot"]["inspectors"] if one["health"] != "ok"}


def judge(answers):
    """The number of failures; prints a line for each thing that was expected."""
    blind = blind_inspectors(answers)
    print(f"FAIL every inspector sees everything: {sorted(blind)}" if blind else "ok every inspector sees everything")
    failures = len(blind)
    for expectation in EXPECTED:
        for about in expectation.about:
            answer = answers.given.get((expectation.stage, about))
            try:
                problem = mismatch(expectation, answer, answers.names) if answer else "it was not asked"
            except AssertionError as broken:  # the contract of verdict.py
                problem = str(broken)
            wanted = " ".join(filter(None, (expectation.verdict, expectation.code, expectation.path, expectation.detail)))
            print(f"{'FAIL' if problem else 'ok'} {expectation.stage}, {about}: {wanted}" + (f": {problem}" if problem else ""))
            failures += problem is not None
    return failures


def main(answers_path, console_path):
    answers = Answers(answers_path)
    failures = judge(answers) + judge_seal(answers.seal, answers.names)
    if answers.failure:
        failures += 1
        print(f"FAIL the machine's story: {answers.failure}; the end of its console:")
        print("\n".join(pathlib.Path(console_path).read_text(encoding="utf-8", errors="replace").splitlines()[-40:]))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
