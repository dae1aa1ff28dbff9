"""``python -P -m gapro_annotator.training RUN_DIR``."""

import sys

from gapro_annotator.training.process import main

if __name__ == "__main__":
    sys.exit(main())
