"""What is read of runs again and again stays small: lines that are new, curves that are looked at."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from runs import steps

from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.run_folder import RunFolder, create_run
from gapro_annotator.ui.training import run_reader
from gapro_annotator.ui.training.run_reader import RunReader

NOTHING: frozenset[str] = frozenset()


def new_run(folder: Path) -> RunFolder:
    return create_run(folder, RunConfig(epochs=1, scans=("room",)))


def test_a_curve_grows_and_those_handed_out_before_stay_as_they_were(tmp_path: Path) -> None:
    run, reader = new_run(tmp_path), RunReader(tmp_path)
    curves = []
    for end in (10, 1_500, 1_501, 4_000):
        steps(run, len(curves[-1]) + 1 if curves else 1, end)
        (view,) = reader.read(NOTHING)
        curves.append(view.curve)
        assert view.last is not None
        assert view.last.step == end
    for curve, end in zip(curves, (10, 1_500, 1_501, 4_000), strict=True):
        np.testing.assert_array_equal(curve.step, np.arange(1, end + 1))
        np.testing.assert_allclose(curve.seconds, 1.4 * curve.step)
        assert curve.loss.min() > 0
    assert np.shares_memory(curves[1].step, curves[2].step), "a tick copies nothing"


def test_a_run_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    reader = RunReader(tmp_path)
    runs = [new_run(tmp_path) for _ in range(3)]
    reader.read(NOTHING)
    shutil.rmtree(runs[1].path)
    assert {view.id for view in reader.read(NOTHING)} == set(reader._tracks) == {runs[0].id, runs[2].id}


def test_only_so_many_curves_are_kept_and_figures_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_reader, "_MOST_CURVES", 2)
    reader = RunReader(tmp_path)
    runs = [new_run(tmp_path) for _ in range(5)]
    for run in runs:
        steps(run, 1, 20, evaluated=(20,))
        reader.read(frozenset({run.id}))
    views = {view.id: view for view in reader.read(NOTHING)}
    assert sum(len(view.curve) > 0 for view in reader.read(NOTHING)) <= 3
    assert all(view.last is not None and len(view.evaluations) == 1 for view in views.values())
    again = next(view for view in reader.read(frozenset({runs[0].id})) if view.id == runs[0].id)
    assert (len(again.curve), len(again.evaluations)) == (20, 1)
