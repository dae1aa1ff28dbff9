"""What several tests share; and how they run side by side, in as many processes as `pytest -n` asks for."""

import gc
import os
import threading
from collections.abc import Iterator

import pytest
from screens import open_screen

_FULL_EVERY = 40
_tests_since = [0]
_SCREEN = pytest.StashKey["subprocess.Popen[bytes]"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """More by hand: `pytest tests/store/test_crash.py -s --kills 200`, and the rooms of the demo in full."""
    parser.addoption("--kills", type=int, default=40, help="how often tests/store/test_crash.py kills a worker")
    text = "size of the rooms of tests/ui/test_scripted_annotator.py"
    parser.addoption("--room-points", type=int, default=12_000, help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Give a process that runs beside others a screen, and one core: two threads each would slow both down."""
    if hasattr(config, "workerinput"):
        os.environ["OMP_NUM_THREADS"] = "1"  # torch reads it once, when it is imported
        config.stash[_SCREEN] = open_screen()


@pytest.fixture(autouse=True)
def no_thread_left_running(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread of ours behind, and name it."""
    before = set(threading.enumerate())
    yield
    left = [t for t in threading.enumerate() if t not in before and t.is_alive() and t.name.startswith("gapro-")]
    assert not left, f"{request.node.name} left threads running: {[t.name for t in left]}"


@pytest.fixture(autouse=True)
def garbage_collected() -> Iterator[None]:
    """Collect now and then where a test of the window has left automatic collection off for good."""
    yield
    if not gc.isenabled():
        _tests_since[0] += 1
        gc.collect(2 if _tests_since[0] % _FULL_EVERY == 0 else 1)
