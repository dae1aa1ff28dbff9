"""Errors that end in one sentence for the user: what, where, what to do.

::

    AnnotatorError
    ├── InvalidValueError   a value breaks its own contract (also a ValueError)
    ├── InputError          a file, folder or option that the user gave cannot be used
    ├── StoreError          our own files cannot be read or written
    │   └── NewerVersionError   written by a newer version of this program
    ├── LabelingError       the labeler cannot give a result
    ├── TrainingError       a network cannot be trained or run
    └── CancelledError      the user asked to stop; nothing failed
"""

import os
import re


class AnnotatorError(Exception):
    """Base of every error whose message is meant for the user."""


class InvalidValueError(AnnotatorError, ValueError):
    """A value breaks its own contract: shape, type, unit or range."""


class InputError(AnnotatorError):
    """A file, folder or option that the user gave cannot be used."""


class StoreError(AnnotatorError):
    """One of our own files cannot be read or written."""


class NewerVersionError(StoreError):
    """A file was written by a newer version of this program."""


class LabelingError(AnnotatorError):
    """The labeler cannot give a result for this scan."""


class TrainingError(AnnotatorError):
    """A network cannot be trained or run here."""


class CancelledError(AnnotatorError):
    """The user asked to stop; nothing failed."""


def reason_of(error: BaseException) -> str:
    """Say why something failed in a few words, without the innards of the library that met it."""
    if isinstance(error, UnicodeError):
        return "it is not text"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno)
    text = " ".join(str(error).split())
    told_by_hdf5 = re.search(r"error message = '([^']+)'", text)
    return told_by_hdf5.group(1) if told_by_hdf5 else text or type(error).__name__
