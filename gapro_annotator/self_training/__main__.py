"""``python -P -m gapro_annotator.self_training RUN_DIR``."""

import sys

from gapro_annotator.self_training.process import main

if __name__ == "__main__":
    sys.exit(main())
