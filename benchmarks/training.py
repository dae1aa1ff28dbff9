"""What a network learns from pseudo labels in so many minutes, held-out generated rooms.

    python benchmarks/training.py --minutes 10                       30 rooms, 10 held out
    python benchmarks/training.py --minutes 1 --network box-vote-ci --rooms 16 --held-out 4

Prints the scores of every evaluation against the seconds of training, and how long it took to the first loss.
"""

import argparse
import json
import time
from pathlib import Path

from rooms import kept_rooms, room_project

from gapro_annotator.training.launch import launch
from gapro_annotator.training.planning import make_run, plan_run
from gapro_annotator.training.run_folder import RunFolder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=kept_rooms("gapro-rooms"), help="project of rooms, made once")
    parser.add_argument("--network", default="box-vote")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--rooms", type=int, default=30)
    parser.add_argument("--held-out", type=int, default=10)
    parser.add_argument("--first", type=int, default=100, help="seed of the first room")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--warm-start", default="")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--settings", type=json.loads, default={}, help='others, as JSON: {"data": {"voxel": 0.1}}')
    args = parser.parse_args()
    seeds = range(args.first, args.first + args.rooms + args.held_out)
    project = room_project(args.folder, seeds, args.points)
    names = [f"room_{seed}" for seed in seeds]
    settings = args.settings | {
        "threads": args.threads,
        "seed": args.seed,
        "warm_start": args.warm_start,
        "evaluate_minutes": args.minutes / 5,
    }
    config = plan_run(
        project,
        args.network,
        scans=names,
        validation=names[args.rooms :],
        minutes=args.minutes,
        settings=settings,
    )
    started = time.monotonic()
    run = make_run(project, config)
    launch(run)
    first = follow(run, started)
    print(f"first loss after {first:.1f} s, run {run.path}")
    print("seconds  AP    AP50  AP25  class-agnostic AP50")
    for line in run.metrics.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["kind"] == "evaluation":
            scores = record["scores"]
            agnostic = scores["class_agnostic"]["ap50"]
            print(
                f"{record['seconds']:7.0f}  {scores['ap']:.3f} {scores['ap50']:.3f} {scores['ap25']:.3f} {agnostic:.3f}"
            )


def follow(run: RunFolder, started: float) -> float:
    """Wait for the end; return when the first loss was written."""
    first = 0.0
    while run.condition() == "running":
        if not first and run.metrics.is_file() and '"kind": "step"' in run.metrics.read_text(encoding="utf-8"):
            first = time.monotonic() - started
        time.sleep(0.2 if not first else 2.0)
    state = run.read_state()
    if state is None or state.phase != "done":
        raise SystemExit(f"the run did not end well: {state}")
    return first


if __name__ == "__main__":
    main()
