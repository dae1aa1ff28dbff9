"""`python -m gapro_annotator` is `gapro-annotator`."""

import sys

from gapro_annotator.cli import main

sys.exit(main())
