"""The loop in this process: rates, skipped batches, evaluations, failures."""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_runs import STEPS, TinyData, TinyNetwork, tiny_config, tiny_evaluate, tiny_job, tiny_work

from gapro_annotator.training.checkpoint import Place, load_checkpoint, load_model
from gapro_annotator.training.loop import Outcome, train
from gapro_annotator.training.metrics import MetricsTail, Note
from gapro_annotator.training.process import Desk, main, work_on
from gapro_annotator.training.progress import EvaluationMetrics, StepMetrics
from gapro_annotator.training.run_folder import RunFolder, create_run
from gapro_annotator.training.schedule import learning_rate, progress, seconds_left


def trained(folder: Path, work: Callable[[Desk], Outcome] = tiny_work, **changes: Any) -> RunFolder:
    run = create_run(folder, tiny_config(**changes))
    work_on(run, work)
    return run


def steps_of(run: RunFolder) -> list[StepMetrics]:
    return [record for record in MetricsTail(run.metrics).read().records if isinstance(record, StepMetrics)]


def message_of(run: RunFolder) -> str:
    state = run.read_state()
    assert state is not None
    assert state.phase == "failed"
    return state.message


def test_a_run_learns_and_says_so(tmp_path: Path) -> None:
    optimizer = replace(tiny_config().optimizer, rate=0.1, warm_up=5, clip=10.0)
    run = trained(tmp_path, epochs=4, optimizer=optimizer)
    steps = steps_of(run)
    assert [one.step for one in steps] == list(range(1, 4 * STEPS + 1))
    assert steps[-1].loss < 0.2 * steps[0].loss
    assert steps[0].loss == pytest.approx(sum(steps[0].losses.values()))
    assert [one.epoch for one in steps[::STEPS]] == [1, 2, 3, 4]
    assert steps[0].rate == pytest.approx(0.02)
    assert max(one.rate for one in steps) <= 0.1
    assert steps[-1].rate < 0.005
    assert steps[-1].memory_mb > 10
    assert steps[-1].steps_per_second > 1
    assert 0 <= steps[-1].data_share <= 1
    scored = [r for r in MetricsTail(run.metrics).read().records if isinstance(r, EvaluationMetrics)]
    assert [one.step for one in scored] == [4 * STEPS]
    assert load_model(run.best).scores == scored[0].scores
    state = run.read_state()
    assert state is not None
    assert (state.phase, state.step, state.total) == ("done", 4 * STEPS, 4 * STEPS)


def test_the_best_model_is_kept_not_the_newest(tmp_path: Path) -> None:
    scores = iter([0.2, 0.9, 0.9, 0.1] + [0.0] * 500)
    pairs: list[tuple[float, int]] = []

    def evaluate(_: object, data: TinyData, *__: object) -> dict[str, Any]:
        pairs.append((next(scores), len(data.seen)))
        return {"scores": {"ap50": pairs[-1][0], "ap": 0.1 * len(pairs)}, "against": "labels", "scans": []}

    def work(desk: Desk) -> Outcome:
        return train(tiny_job(desk, TinyData(desk.config), evaluate))

    run = trained(tmp_path, work, evaluate_minutes=1e-6)
    assert len(pairs) == 2 * STEPS  # not after the last step again
    assert load_model(run.best).scores == {"ap50": 0.9, "ap": pytest.approx(0.3)}


def test_batches_without_a_finite_loss_are_skipped_and_many_of_them_end_the_run(tmp_path: Path) -> None:
    run = trained(tmp_path, options={"bad": [3, 4]})
    records = MetricsTail(run.metrics).read().records
    assert sum(isinstance(record, Note) and "Skipped" in record.text for record in records) == 4
    assert [one.step for one in steps_of(run)] == list(range(1, 2 * STEPS - 3))
    checkpoint = load_checkpoint(run)
    assert checkpoint is not None
    assert checkpoint.place.skipped == 4
    assert all(value.isfinite().all() for value in checkpoint.model.values())
    assert "25 batches in a row" in message_of(trained(tmp_path, options={"bad": list(range(STEPS))}))


def test_a_second_round_begins_with_the_weights_of_the_first_and_counts_on(tmp_path: Path) -> None:
    def work(desk: Desk) -> Outcome:
        for number in (1, 2):
            train(tiny_job(desk, TinyData(desk.config), number=number))
        return train(tiny_job(desk, TinyData(desk.config), number=2))  # has nothing left to do

    run = trained(tmp_path, work)
    steps = steps_of(run)
    assert [one.round for one in steps] == [1] * 2 * STEPS + [2] * 2 * STEPS
    assert [one.step for one in steps] == list(range(1, 4 * STEPS + 1))
    assert steps[2 * STEPS].loss < steps[0].loss
    assert steps[2 * STEPS].rate == steps[0].rate
    assert load_model(run.best).round == 2


def test_the_rate_falls_with_epochs_or_minutes_whichever_is_further() -> None:
    config = tiny_config(epochs=4, minutes=2.0)
    assert progress(config, Place(epoch=1, batch=10), 20) == pytest.approx(1.5 / 4)
    assert progress(config, Place(epoch=1, seconds=90.0), 20) == pytest.approx(0.75)
    assert progress(config, Place(epoch=1, seconds=190.0, first_seconds=100.0), 20) == pytest.approx(0.75)
    assert progress(config, Place(epoch=9), 20) == 1
    assert learning_rate(config, Place(), 0.0) == config.optimizer.rate
    assert learning_rate(config, Place(), 1.0) == 0
    assert seconds_left(Place(seconds=30.0), 0.25) == pytest.approx(90)
    assert seconds_left(Place(), 0.0) is None


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:124] DefaultCPUAllocator: can't allocate memory: you tried"),
    ],
)
def test_out_of_memory_ends_in_a_hint(tmp_path: Path, error: Exception, capfd: pytest.CaptureFixture[str]) -> None:
    def work(_: Desk) -> Outcome:
        raise error

    message = message_of(trained(tmp_path, work))
    assert "not enough memory for 2 scans of up to 100,000 voxels" in message
    assert "most_voxels" in message
    assert "Traceback" in capfd.readouterr().err


def test_any_other_failure_names_itself_and_the_log(tmp_path: Path) -> None:
    def work(_: Desk) -> Outcome:
        raise KeyError("colour")

    run = trained(tmp_path, work)
    assert message_of(run) == f"{run.id}: training failed (KeyError: 'colour'); see {run.log}"
    assert run.condition() == "ended"


def test_what_ended_another_rank_is_told_and_not_the_connection_that_it_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ends(error: Exception) -> Callable[[Desk], Outcome]:
        def work(_: Desk) -> Outcome:
            raise error

        return work

    run = create_run(tmp_path, tiny_config())
    with monkeypatch.context() as patch:
        patch.setenv("WORLD_SIZE", "2")
        patch.setenv("RANK", "1")
        assert work_on(run, ends(MemoryError())) == 1
    assert run.read_state() is None  # only the first process says how the run is

    def both(desk: Desk) -> Outcome:
        assert not list(run.control.glob("failed-*"))  # of an earlier life
        with monkeypatch.context() as patch:
            patch.setenv("WORLD_SIZE", "2")
            patch.setenv("RANK", "1")
            work_on(desk.run, ends(MemoryError()))
        raise RuntimeError("Connection closed by peer")

    assert work_on(run, both) == 1
    assert "not enough memory" in message_of(run)


def test_a_failed_run_can_be_resumed(tmp_path: Path) -> None:
    def evaluate(*_: object) -> dict[str, Any]:
        raise MemoryError

    def work(desk: Desk) -> Outcome:
        return train(tiny_job(desk, TinyData(desk.config), evaluate))

    run = trained(tmp_path, work)
    assert "memory" in message_of(run)
    assert work_on(run, tiny_work) == 0
    assert [one.step for one in steps_of(run)] == list(range(1, 2 * STEPS + 1))
    assert load_model(run.best).scores == tiny_evaluate(loaded(run))["scores"]


def loaded(run: RunFolder) -> TinyNetwork:
    network = TinyNetwork(run.read_config())
    network.load_state_dict(load_model(run.best).weights)
    return network


def test_a_stop_while_the_network_is_scored_keeps_the_model(tmp_path: Path) -> None:
    def work(desk: Desk) -> Outcome:
        def evaluate(*args: Any) -> None:
            desk.run.request_stop()
            assert args[-1]()

        return train(tiny_job(desk, TinyData(desk.config), evaluate))

    run = trained(tmp_path, work)
    state = run.read_state()
    assert state is not None
    assert state.phase == "stopped"
    assert load_model(run.best).scores == {}


def test_bfloat16_trains_too(tmp_path: Path) -> None:
    steps = steps_of(trained(tmp_path, precision="bf16-mixed"))
    assert len(steps) == 2 * STEPS
    assert all(math.isfinite(one.loss) for one in steps)


def test_wrong_usage_and_missing_folders_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "usage" in capsys.readouterr().err
    assert main([str(tmp_path / "none")]) == 1
    assert "error: " in capsys.readouterr().err
