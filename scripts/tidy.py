#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over every source of core, daemon and client, after the dev preset was built.

A source that passed is checked again only when it, a header of the project that it includes, its compile command or the
checks have changed; passes are remembered in build-dev/tidy.
"""

import concurrent.futures
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
BUILD = TOP / "build-dev"
PASSES = BUILD / "tidy"


def dependencies():
    """For each object file the files that it was made from, as ninja has recorded them."""
    listing = subprocess.run(["ninja", "-C", str(BUILD), "-t", "deps"], capture_output=True, text=True, check=True).stdout
    found, current = {}, None
    for line in listing.splitlines():
        if line.startswith("    "):
            found[current].append(line.strip())
        elif ":" in line:
            current = line.split(":", 1)[0]
            found[current] = []
    return found


def key(entry, files, version):
    """Names everything that a verdict about this source depends on; system headers by the compiler's version alone."""
    digest = hashlib.sha256(f"{version}\0{entry['command']}\0".encode())
    for name in [str(TOP / ".clang-tidy"), entry["file"], *sorted(files)]:
        path = (BUILD / name).resolve()
        if path.is_relative_to(TOP):
            digest.update(str(path).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def check(entry):
    return subprocess.run(["clang-tidy", "--quiet", "-p", str(BUILD), entry["file"]], capture_output=True, text=True, check=False)


def main():
    PASSES.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(["clang-tidy", "--version"], capture_output=True, text=True, check=True).stdout
    known = dependencies()
    todo = []
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        place = Path(entry["file"]).relative_to(TOP).parts[0]
        if place not in ("core", "daemon", "client"):
            continue
        # Without a record of its headers a pass can't be remembered.
        files = known.get(entry["output"])
        mark = PASSES / key(entry, files, version) if files else None
        if mark is None or not mark.exists():
            todo.append((entry, mark))
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for (entry, mark), done in zip(todo, pool.map(check, [entry for entry, _ in todo])):
            if done.returncode == 0:
                if mark:
                    mark.touch()
            else:
                failed += 1
                print(done.stdout, done.stderr, sep="")
    print(f"{len(todo)} sources checked, {failed} with findings")
    sys.exit(1 if failed else 0)


main()
