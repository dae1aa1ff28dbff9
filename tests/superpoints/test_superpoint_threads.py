import threading

import numpy as np
import pytest
from clouds_and_meshes import two_boxes_on_a_floor

from gapro_annotator.superpoints import compute_superpoints, features, threads


def use_threads(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    monkeypatch.setattr(threads, "WORTHWHILE", 50)
    for module in (threads, features):
        monkeypatch.setattr(module, "available_threads", lambda: count)


@pytest.mark.parametrize("colored", [True, False])
def test_the_partition_is_the_same_to_the_last_bit_whatever_the_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
    colored: bool,  # noqa: FBT001 (a case)
) -> None:
    xyz, rgb, _ = two_boxes_on_a_floor()
    answers = []
    for count in (1, 2, 3, 7):
        use_threads(monkeypatch, count)
        answers.append(compute_superpoints(xyz, rgb=rgb if colored else None))
    assert all(np.array_equal(answer, answers[0]) for answer in answers)


def test_every_description_is_the_same_to_the_last_bit_whatever_the_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    xyz, rgb, _ = two_boxes_on_a_floor(points=2_000)
    described = []
    for count in (1, 5):
        use_threads(monkeypatch, count)
        described.append(features.describe_cloud(xyz.astype(float), rgb.astype(float)))
    alone, together = described
    assert np.array_equal(alone.feature, together.feature)
    assert np.array_equal(alone.edge, together.edge)
    assert alone.spacing == together.spacing


@pytest.mark.parametrize("rows", [0, 1, 99, 100, 101, 1_000])
def test_work_is_shared_out_without_gaps_or_overlaps(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    use_threads(monkeypatch, 4)
    done = np.zeros(rows, np.int64)
    names = set()

    def work(start: int, stop: int) -> None:
        names.add(threading.current_thread().name)
        done[start:stop] += 1

    threads.share_out(work, rows)
    assert (done == 1).all()
    assert (threading.main_thread().name in names) == (rows < 100)


def test_what_goes_wrong_in_a_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    use_threads(monkeypatch, 2)

    def fail(start: int, _: int) -> None:
        raise ArithmeticError(f"rows from {start}")

    with pytest.raises(ArithmeticError, match="rows from 0"):
        threads.share_out(fail, 1_000)


def test_two_callers_at_once_get_the_same_as_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    use_threads(monkeypatch, 3)
    clouds = [two_boxes_on_a_floor(points=1_500, seed=seed)[:2] for seed in range(3)]
    one_by_one = [compute_superpoints(xyz, rgb=rgb) for xyz, rgb in clouds]
    at_once: dict[int, np.ndarray] = {}

    def compute(k: int) -> None:
        at_once[k] = compute_superpoints(clouds[k][0], rgb=clouds[k][1])

    callers = [threading.Thread(target=compute, args=(k,)) for k in range(3)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert all(np.array_equal(at_once[k], one_by_one[k]) for k in range(3))
