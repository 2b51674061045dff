# SPDX-License-Identifier: Apache-2.0
import pytest

from lab import BUILD, Lab


def pytest_configure():
    if not (BUILD / "bin" / "guardd").exists():
        pytest.exit(f"{BUILD}/bin/guardd is missing: run scripts/build first", returncode=2)


@pytest.fixture
def lab():
    """A bare Debian host with guardd installed and not running."""
    with Lab() as made:
        yield made
        print(f"guardd's log:\n{made.guardd_log()}")  # pytest shows it with a failure only


@pytest.fixture
def host(lab):
    """A bare Debian host with guardd running as the system's instance."""
    lab.guardd()
    return lab
