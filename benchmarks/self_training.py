"""What rounds of self-training do to the pseudo labels of generated rooms, and how good the network gets.

    python benchmarks/self_training.py --rounds 2 --minutes 1 --network box-vote-ci --rooms 16 --held-out 4

Prints per cent over the rooms that were learnt from and those that were held out: class-agnostic AP of the pseudo
labels and wrong points in boxes, before and after, and the network's scores after each round. Works on a copy of the
project.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
from rooms import kept_rooms, room_project

from gapro_annotator.commands.following import train_and_follow
from gapro_annotator.evaluation import Scores, pool_scores, score_labels
from gapro_annotator.labels import PseudoLabels
from gapro_annotator.project import Project
from gapro_annotator.training.planning import make_run, plan_run
from gapro_annotator.training.proposals import read_proposal


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=kept_rooms("gapro-compact-rooms"), help="project, made once")
    parser.add_argument("--network", default="box-vote-ci")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--minutes", type=float, default=1.0, help="of each round")
    parser.add_argument("--rooms", type=int, default=16)
    parser.add_argument("--held-out", type=int, default=4)
    parser.add_argument("--first", type=int, default=200, help="seed of the first room")
    parser.add_argument("--points", type=int, default=8000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--settings", type=json.loads, default={}, help="of the run, as JSON")
    args = parser.parse_args()
    seeds = range(args.first, args.first + args.rooms + args.held_out)
    room_project(args.folder, seeds, args.points)
    names = [f"room_{seed}" for seed in seeds]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "project"
        shutil.copytree(args.folder, copy, ignore=shutil.ignore_patterns("runs"))
        project = Project.open(copy)
        settings = {**args.settings, "rounds": args.rounds, "threads": args.threads, "evaluate_minutes": 0.0}
        config = plan_run(
            project,
            args.network,
            scans=names,
            validation=names[args.rooms :],
            minutes=args.minutes,
            settings=settings,
        )
        run = make_run(project, config)
        state = train_and_follow(run, aloud=False)
        print(f"{config.network}, {args.rounds} rounds of {args.minutes:g} min: {state.phase}")
        for part, chosen in (("learnt from", config.scans), ("held out", config.validation)):
            before = scored(project, {name: project.load(name).pseudo for name in chosen})
            after = scored(project, {name: read_proposal(run.path, name).pseudo for name in chosen})
            print(f"{part}: AP {percent(before)} -> {percent(after)}, wrong {wrong(before)} -> {wrong(after)}")
        for line in run.metrics.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["kind"] == "evaluation":
                scores = record["scores"]
                print(f"network, round {record['round']}: AP {scores['ap']:.1%} AP50 {scores['ap50']:.1%}")


def scored(project: Project, pseudo: dict[str, PseudoLabels | None]) -> Scores:
    scores: list[Scores] = []
    for name, labels in pseudo.items():
        document = project.load(name)
        truth = document.ground_truth
        assert labels is not None
        assert truth is not None
        inside = document.boxes.count_per_point(document.scan.xyz) > 0
        kinds = document.boxes.class_of(np.asarray(labels.instance))
        scores.append(
            score_labels(labels.instance, kinds, truth.instance, truth.semantic, document.classes, in_boxes=inside)
        )
    return pool_scores(scores)


def percent(scores: Scores) -> str:
    return f"{scores.class_agnostic.measures()['ap']:.2%}"


def wrong(scores: Scores) -> str:
    assert scores.wrong is not None
    return f"{scores.wrong / (scores.in_boxes or 1):.2%}"


if __name__ == "__main__":
    main()
