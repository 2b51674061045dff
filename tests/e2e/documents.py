# SPDX-License-Identifier: Apache-2.0
"""What the documents tell people to type, and what they say comes of it.

    ```console      a session: "# " before what root types, "$ " before what somebody else does, "> " before its further
                    lines; below it what is printed, "..." standing for lines that are left out or the rest of one
    ```sh           commands of root's alone; "# 1: why" behind one is its exit status where that is not 0
    <!-- lab: ... -->   what the lab needs and the reader does not: done by root at that place of the page, shown nowhere;
                    "$printed" is what the command before it has printed

Of what is printed, words with a digit in them and names below /dev may be others: pids, times, identities, ages.
"""

import re
from dataclasses import dataclass

from lab import TOP

PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md"))]
MANUALS = sorted((TOP / "man").glob("*.[158]"))

BLOCK = re.compile(r"^[ ]*```(?P<language>\w*)\n(?P<fenced>.*?)^[ ]*```$|^[ ]*<!-- lab:(?P<lab>.*?)-->$", re.MULTILINE | re.DOTALL)
PROMPT = re.compile(r"^([#$]) (.*)$")
STATUS = re.compile(r"\s+# (\d+)(?:: .*)?$")
HEREDOC = re.compile(r"<<-?'?(\w+)'?")


@dataclass
class Step:
    """One command. `printed` is None where nothing is said of it; `status` likewise."""

    page: str
    line: int
    text: str
    by_root: bool = True
    hidden: bool = False
    printed: list | None = None
    status: int | None = 0

    def __str__(self):
        return f"{self.page}:{self.line}: {self.text}"


def blocks(page):
    """(language, number of its first line, its lines) of every fenced block, and of every <!-- lab: --> as "lab"."""
    text = page.read_text()
    for found in BLOCK.finditer(text):
        group = "fenced" if found["fenced"] is not None else "lab"
        # A block in a list is indented as the list's text is.
        lines = dedented(found[group].splitlines())
        yield (found["language"] or "text") if group == "fenced" else "lab", text.count("\n", 0, found.start(group)) + 1, lines


def dedented(lines):
    depth = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
    return [line[depth:].rstrip() for line in lines]


def commands(lines):
    """(offset, text) of each command of a script: a line, with those that continue it."""
    at = 0
    while at < len(lines):
        begun, text = at, lines[at]
        at += 1
        if heredoc := HEREDOC.search(text):
            while lines[at - 1].strip() != heredoc[1]:
                text += "\n" + lines[at]
                at += 1
        while text.endswith("\\"):
            text += "\n" + lines[at]
            at += 1
        if text.strip() and not text.lstrip().startswith("#"):
            yield begun, text


def status_of(text, printed):
    """The exit status that goes with what is printed; None where the session shows it itself."""
    first = printed[0].strip() if printed else ""
    words = {"REFUSED": 1, "UNKNOWN": 3, "NOT PERMITTED": 4}
    for word, status in words.items():
        if first.startswith(f"{word}:"):
            return 125 if text.startswith("guardctl exec") else status
    return 0


def session(page, begun, lines):
    """The steps of a ```console block."""
    steps = []
    for number, line in enumerate(lines, begun):
        if prompt := PROMPT.match(line):
            steps.append(Step(page, number, prompt[2], by_root=prompt[1] == "#", printed=[]))
        elif line.startswith("> ") and steps and not steps[-1].printed:
            steps[-1].text += "\n" + line[2:]
        else:
            assert steps, f"{page}:{number}: a session begins with a prompt"
            steps[-1].printed.append(line)
    for step, following in zip(steps, [*steps[1:], None]):
        shown = following is not None and following.text == "echo $?"
        step.status = None if shown else status_of(step.text, step.printed)
    return steps


def steps_of(page):
    """Everything that a page has one do, in its order."""
    name, steps = str(page.relative_to(TOP)), []
    for language, begun, lines in blocks(page):
        if language == "console":
            steps += session(name, begun, lines)
        elif language == "lab":
            steps.append(Step(name, begun, "\n".join(lines).strip(), hidden=True))
        elif language in ("sh", "bash"):
            for offset, text in commands(lines):
                status = STATUS.search(text)
                steps.append(Step(name, begun + offset, text[:status.start()] if status else text,
                                  status=int(status[1]) if status else 0))
    return steps


def manual_steps(manual):
    """What a manual page displays as a command: its .Dl lines, and those with a prompt in its literal displays."""
    name, steps = str(manual.relative_to(TOP)), []
    for number, line in enumerate(manual.read_text().splitlines(), 1):
        if line.startswith(".Dl "):
            steps.append(Step(name, number, line.removeprefix(".Dl ").replace("\\-", "-"), status=None))
        elif line.startswith("# "):
            steps.append(Step(name, number, line.removeprefix("# ").replace("\\-", "-"), status=None))
    return steps


def word_pattern(word):
    if re.search(r"\d|^\W?/dev/", word):
        return r"\S+"
    return ".*".join(re.escape(part) for part in word.split("..."))


def line_pattern(line):
    words = line.split()
    return r"[^\S\n]*" + r"[^\S\n]+".join(word_pattern(word) for word in words) + r"[^\S\n]*\n"


def is_as_printed(printed, output):
    """Whether a program's output is what the document shows."""
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "..." else line_pattern(line) for line in printed)
    return re.fullmatch(pattern, output if not output or output.endswith("\n") else output + "\n") is not None


def commands_in_text(page):
    """The guardctl commands that stand between backquotes in a page's text."""
    return sorted(set(re.findall(r"`(guardctl [^`\n]+)`", page.read_text())))
