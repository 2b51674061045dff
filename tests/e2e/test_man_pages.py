# SPDX-License-Identifier: Apache-2.0
"""The manual pages: well made, and about what the programs take."""

import re
import subprocess

import pytest
from lab import BUILD, TOP

PAGES = sorted((TOP / "man").glob("*.[158]"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_well_made(page):
    # The pages that it refers to need not be installed here, nor be in the index.
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "style", page], capture_output=True, text=True, check=False)
    complaints = [line for line in done.stdout.splitlines() if "referenced manual not found" not in line and "outdated mandoc.db" not in line]
    assert not complaints, "\n".join(complaints)


def rendered(page):
    text = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=400", TOP / "man" / page], capture_output=True, text=True, check=True).stdout
    return re.sub(r".\x08", "", text)


@pytest.mark.parametrize("program, page", [("guardctl", "guardctl.1"), ("guardd", "guardd.8")])
def test_every_option_is_in_the_page(program, page):
    told = subprocess.run([BUILD / "bin" / program, "--help"], capture_output=True, text=True, check=False).stdout
    options = set(re.findall(r"--[a-z][a-z-]+", told))
    assert len(options) > 3
    text = rendered(page)
    assert not {option for option in options if option not in text}


def test_every_command_is_in_the_page():
    told = subprocess.run([BUILD / "bin" / "guardctl", "--help"], capture_output=True, text=True, check=False).stdout
    commands = re.findall(r"^  guardctl ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", told, re.MULTILINE)
    assert len(commands) > 20
    text = rendered("guardctl.1")
    assert not [command for command in commands if command not in text], commands
