# SPDX-License-Identifier: Apache-2.0
"""The documents, without running anything: what they name is there, and what the programs say stands in them.

What they tell people to type is run by tests/e2e/test_docs.py.
"""

import re
import subprocess
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

TOP = Path(__file__).resolve().parents[2]
DOCS = TOP / "docs"
PAGES = [TOP / "README.md", TOP / "CONTRIBUTING.md", TOP / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]
FIGURES = sorted((DOCS / "figures").glob("*.dot"))
COMMANDS = ("guardctl", "guardd", "systemctl", "journalctl", "curl", "scripts/", "dpkg", "apt-get", "ssh-keygen")


def name(page):
    return str(page.relative_to(TOP))


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^\s*```.*?^\s*```$", "", text, flags=re.MULTILINE | re.DOTALL))


def links(page):
    """The targets of a page's links, and of its references."""
    text = without_code(page.read_text())
    found = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"^\[[^\]]+\]: (\S+)$", text, re.MULTILINE)
    return [unquote(target) for target in found if not re.match(r"https?://", target)]


def anchors(page):
    """What GitHub calls a page's headings."""
    text = re.sub(r"^\s*```.*?^\s*```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    titles = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page):
    for target in links(page):
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        assert there.exists(), f"{name(page)} links {target}"
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there), f"{name(page)} links {target}; there are {sorted(anchors(there))}"


def test_every_page_is_in_the_table_of_contents():
    listed = {(DOCS / target.partition("#")[0]).resolve() for target in links(DOCS / "README.md")}
    recipes = {(DOCS / "recipes" / target.partition("#")[0]).resolve() for target in links(DOCS / "recipes/README.md")}
    assert not [name(page) for page in DOCS.rglob("*.md") if page != DOCS / "README.md" and page.resolve() not in listed | recipes]
    assert "docs/README.md" in links(TOP / "README.md")


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_stand_where_they_are_run(page):
    """In fenced blocks: an indented one is run by no test."""
    text = re.sub(r"^\s*```.*?^\s*```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    indented = re.findall(r"^ {4,}(?:[#$] )?(\S+.*)$", text, re.MULTILINE)
    assert not [line for line in indented if line.startswith(COMMANDS)]


# Figures


def drawing(path):
    """What a figure shows, wherever graphviz has put it: each node, edge and cluster with its text."""
    shown = []
    for group in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}g"):
        title = group.find("{http://www.w3.org/2000/svg}title")
        texts = [text.text for text in group.findall("{http://www.w3.org/2000/svg}text")]
        shown.append((group.get("class"), title.text if title is not None else "", *texts))
    return sorted(shown)


def test_figures_are_as_their_sources_say(tmp_path):
    subprocess.run([TOP / "scripts/figures", tmp_path], check=True, stdout=subprocess.DEVNULL)
    assert len(FIGURES) > 1
    for source in FIGURES:
        kept, drawn = source.with_suffix(".svg"), tmp_path / f"{source.stem}.svg"
        assert len(drawing(drawn)) > 3
        assert drawing(kept) == drawing(drawn), f"{name(kept)} is not what scripts/figures draws from {name(source)}"


def test_the_figure_of_a_permit_has_the_codes_states():
    [names] = re.findall(r"array<std::string_view, \d+> names\{(.*?)\}", (TOP / "core/permit.cpp").read_text(), re.DOTALL)
    states = set(re.findall(r'"(\w+)"', names))
    assert len(states) > 5
    drawn = {title for kind, title, *_ in drawing(DOCS / "figures/permit.svg") if kind == "node"}
    assert drawn == states


# What the programs say


def sources(*directories):
    return [path for directory in directories for path in sorted((TOP / directory).rglob("*.cpp"))]


def page_text(page):
    return re.sub(r"\s+", " ", (DOCS / page).read_text())


def test_every_message_of_guardds_log_is_explained():
    formats = {text for path in sources("daemon")
               for text in re.findall(r'spdlog::(?:info|warn|error|critical)\(\s*"((?:[^"\\]|\\.)*)"', path.read_text())}
    spoken = {text for text in formats if re.search(r"[a-z]", text.replace("{}", ""))}
    assert len(spoken) > 15
    page = page_text("operations.md")
    shown = re.findall(r"`([^`]+)`", page)

    def is_explained(text):
        pattern = ".*".join(re.escape(part) for part in text.rstrip("{} ").split("{}"))
        return any(re.match(pattern, line) for line in shown)

    assert not sorted(text for text in spoken if not is_explained(text) and not text.startswith("audit "))


def test_every_warning_of_guardctls_is_explained():
    said = {text.strip(' "') for path in sources("client")
            for text in re.findall(r'\b(?:warn|never_ran)\("((?:[^"\\]|\\.)*)"', path.read_text())}
    said |= {text.replace("guardctl: ", "").strip() for path in sources("client/exec")
             for text in re.findall(r'\bsay\("((?:[^"\\]|\\.)*)"', path.read_text())}
    assert len(said) > 8
    page = page_text("operations.md")
    assert not sorted(text for text in said if text.strip(": ") not in page)


def test_every_inspector_is_explained():
    [names] = re.findall(r"inspector_names\[\] = \{(.*?)\};", (TOP / "core/policy.hpp").read_text(), re.DOTALL)
    listed = re.findall(r'"(\w+)"', names)
    assert len(listed) > 5
    page = (DOCS / "operations.md").read_text()
    assert not [inspector for inspector in listed if f"| `{inspector}` |" not in page]


def test_every_reason_code_is_explained():
    """Those of the code: of rules, and of what guardd and guardctl conclude themselves."""
    in_code = {code for path in sources("core", "daemon", "client")
               for code in re.findall(r'"((?:dataset|role|replicas|clients|device|mount|path|hold|permit|operation|host|quorum|inspector|snapshot|'
                                      r'target|ledger|daemon)\.[a-z_]+)"', path.read_text())}
    documented = set(re.findall(r"^\| `([a-z]+\.[a-z_]+)` \|", (DOCS / "reasons.md").read_text(), re.MULTILINE))
    # Kinds of audit records, which operations.md explains.
    records = {code for code in in_code if f"`{code}`" in (DOCS / "operations.md").read_text()} - documented
    assert len(documented) > 20
    assert not in_code - documented - records
