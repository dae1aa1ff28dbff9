"""Which proposals of a run were accepted or rejected: ``RUN/proposals/decided.json``, written by the window alone."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Literal, TypeAlias

from gapro_annotator.errors import StoreError, reason_of
from gapro_annotator.store.atomic import replacing

Verdict: TypeAlias = Literal["accepted", "rejected"]
_FILE = "decided.json"


def read_decided(proposals: Path) -> dict[str, Verdict]:
    """By scan, how its proposal was decided; a newer proposal is open again. Nothing where the file is damaged."""
    try:
        said = json.loads((proposals / _FILE).read_text(encoding="utf-8"))
        return {str(scan): verdict for scan, (made, verdict) in said.items() if made == _made(proposals, scan)}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}  # the user decides once more


def keep_decided(proposals: Path, scans: Iterable[str], verdict: Verdict) -> None:
    """Note how the proposals of these scans were decided. Their files stay: what was undone can be accepted again."""
    known = dict.fromkeys(scans, verdict)
    known = {**read_decided(proposals), **known}
    path = proposals / _FILE
    try:
        with replacing(path) as temporary:
            temporary.write_text(
                json.dumps({scan: (_made(proposals, scan), how) for scan, how in known.items()}), encoding="utf-8"
            )
    except OSError as error:
        raise StoreError(f"{path}: cannot be written ({reason_of(error)}); check rights and room") from error


def _made(proposals: Path, scan: str) -> int:
    """When the proposal was written; 0 where there is none."""
    path = proposals / f"{scan}.safetensors"
    return path.stat().st_mtime_ns if path.exists() else 0
