"""Make the sample of this version of the file format, once: `python tests/store/make_samples.py`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from documents import make_document

from gapro_annotator.store.layout import FORMAT_VERSION
from gapro_annotator.store.scan_file import write_scan

SAMPLES = Path(__file__).with_name("samples")

if __name__ == "__main__":
    path = SAMPLES / f"room-v{FORMAT_VERSION}-checked.h5"
    if path.exists():
        raise SystemExit(f"{path} is frozen")
    write_scan(path, make_document(), backups=False)
