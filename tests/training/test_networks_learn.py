"""Each network learns from pseudo labels of generated rooms, and finds objects in rooms that it has not seen."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from gapro_annotator.classes import Classes
from gapro_annotator.demo.room import CLASS_NAMES, generate_room
from gapro_annotator.labeling.labeler import Labeler
from gapro_annotator.labeling.request import LabelRequest
from gapro_annotator.labels import UNCORRECTED
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.training.config import RunConfig
from gapro_annotator.training.data.loader import TrainingData
from gapro_annotator.training.evaluate import evaluate
from gapro_annotator.training.networks.registry import build_network
from gapro_annotator.training.planning import make_run, plan_run
from gapro_annotator.training.process import train_run, work_on

SEEDS = range(300, 312)
HELD_OUT = ["room_310", "room_311"]
COARSE = {
    "data": {"voxel": 0.1, "most_voxels": 8000},
    "augmentation": {"rotate": "quarters"},
    "optimizer": {"warm_up": 10},
    "threads": 1,
    "evaluate_minutes": 0.0,
}
NETWORKS = {
    "box-vote-ci": {},
    "spformer-small": {"options": {"levels": 4, "queries": 40}, "optimizer": {"rate": 2e-3}},
    "pointgroup-small": {
        "options": {"levels": 4, "prepare_steps": 70, "radius": 0.15, "least_points": 20, "cluster_points": 20},
        "optimizer": {"rate": 5e-3},
    },
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project.create(tmp_path_factory.mktemp("rooms"), Classes.of(CLASS_NAMES))
    labeler = Labeler()
    for seed in SEEDS:
        document = generate_room(seed, f"room_{seed}", 6_000)
        session = Session(document)
        nothing = np.full(len(document.scan), UNCORRECTED, np.int32)
        request = LabelRequest(scan=document.scan, boxes=document.boxes, correction=nothing)
        session.install(labeler.label(request).pseudo, session.revision)
        made.save(session.document())
    return made


def merged(*layers: dict) -> dict:  # type: ignore[type-arg]
    result: dict = {}  # type: ignore[type-arg]
    for layer in layers:
        for key, value in layer.items():
            result[key] = merged(result[key], value) if isinstance(value, dict) and key in result else value
    return result


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_finds_objects_in_rooms_that_it_has_not_seen(name: str, project: Project):
    config = plan_run(project, name, validation=HELD_OUT, epochs=30, settings=merged(COARSE, NETWORKS[name]))
    run = make_run(project, config)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        before = score_untrained(run.labels, config)
        assert work_on(run, train_run) == 0
    finally:
        torch.set_num_threads(threads)
    records = [json.loads(line) for line in run.metrics.read_text(encoding="utf-8").splitlines()]
    scores = [record["scores"] for record in records if record["kind"] == "evaluation"]
    assert before < 0.05
    assert scores[-1]["ap50"] > 0.25
    assert scores[-1]["box_ap50"] is not None
    assert records[-1]["scans"] == HELD_OUT


def score_untrained(labels: Path, config: RunConfig) -> float:
    torch.manual_seed(0)
    found = evaluate(build_network(config), TrainingData.open(labels, config), config, "cpu")
    assert found is not None
    return float(found["scores"]["ap50"])
