"""``python -P -m gapro_annotator.training RUN_DIR``."""

import sys
from pathlib import Path

from gapro_annotator.errors import InputError
from gapro_annotator.training.process import main
from gapro_annotator.training.run_folder import RunFolder


def _has_rounds(folder: str) -> bool:
    try:
        return RunFolder(Path(folder)).read_config().rounds > 0
    except InputError:
        return False  # the process says why it cannot be read


if __name__ == "__main__":
    if len(sys.argv) == 2 and _has_rounds(sys.argv[1]):
        other = f"python -P -m gapro_annotator.self_training {sys.argv[1]}"
        print(f"error: this run has rounds of self-training; start it with {other}", file=sys.stderr)  # noqa: T201 - of the command
        sys.exit(2)
    sys.exit(main())
