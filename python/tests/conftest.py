from __future__ import annotations

import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def _in_root() -> None:
    """Runs the tests where the examples of the docs run: in the root of the repository."""
    os.chdir(ROOT)


@pytest.fixture(scope="session")
def processes() -> str:
    return str(ROOT / "testdata" / "processes_on_host.csv")


@pytest.fixture(scope="session")
def time_series() -> str:
    return str(ROOT / "testdata" / "time_series.csv")


@pytest.fixture(scope="session")
def audit_log() -> str:
    return str(ROOT / "testdata" / "auditd_log.txt")
