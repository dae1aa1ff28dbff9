"""Damaged files: bytes flipped, numbers made absurd, ends cut off, parts doubled or lost."""

import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gapro_annotator.errors import AnnotatorError, InputError
from gapro_annotator.readers import read_source

SLACK = 32 << 20
"""Bytes that reading may take whatever the size of the file."""

REFUSAL = 2 << 20
"""The same for a file that is refused: what a bad header promises is never asked for."""


def damaged(content: bytes, cases: int, seed: int = 0) -> Iterator[bytes]:
    """Give damaged versions of a file, some near its start where headers are."""
    rng = np.random.default_rng(seed)
    for case in range(cases):
        data = bytearray(content)
        most = len(data) if case % 2 else min(len(data), 400)
        place = int(rng.integers(0, most))
        match case % 5:
            case 0 | 1:
                for _ in range(int(rng.integers(1, 5))):
                    data[int(rng.integers(0, most))] = int(rng.integers(0, 256))
            case 2:
                del data[place:]
            case 3:
                width = int(rng.choice([1, 2, 4, 8]))
                data[place : place + width] = rng.choice([b"\xff", b"\x00", b"\x7f", b"9"]) * width
            case _:
                end = min(place + int(rng.integers(1, 64)), len(data))
                data[place:place] = data[place:end] if rng.random() < 0.5 else b"9" * 12
        if data == content:  # the random bytes were those that were there
            data[place] ^= 0xFF
        yield bytes(data)


def read_or_refuse(path: Path, content: bytes, read: Callable[[Path], Any] | None = None, cases: int = 200) -> int:
    """Read damaged versions: each is read or refused in one sentence within bounded memory. Return how many were."""
    refused = 0
    path.write_bytes(content)
    _refusal(path, read)  # what is loaded once is not this file's
    tracemalloc.start()
    try:
        for data in damaged(content, cases):
            path.write_bytes(data)
            tracemalloc.reset_peak()
            error = _refusal(path, read)
            refused += error is not None
            assert error is None or (isinstance(error, InputError) and "\n" not in str(error)), error
            assert error is None or ";" in str(error) or ":" in str(error), error
            peak = tracemalloc.get_traced_memory()[1]
            slack, times = (SLACK, 8) if error is None else (REFUSAL, 4)
            assert peak < slack + times * len(data), f"{peak:,} bytes for a file of {len(data):,}: {error}"
    finally:
        tracemalloc.stop()
    return refused


def _refusal(path: Path, read: Callable[[Path], Any] | None) -> AnnotatorError | None:
    try:
        if read is None:
            scan = read_source(path)
            scan.document(np.zeros(len(scan.xyz), np.int32))
        else:
            read(path)
    except AnnotatorError as error:
        return error
    return None
