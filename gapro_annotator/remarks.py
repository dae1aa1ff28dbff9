"""What people say about a scan besides its labels: status and note of an instance, comments at a place, verdicts.

The log of edits is where they live: `RemarkEdit` rides on a `LabelEdit`, and what holds now is what the log leads to.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from gapro_annotator.errors import InvalidValueError

Change: TypeAlias = tuple[str, str | None, str | None]
"""What it is about ('status 12'), and what was and is said of it: JSON, None for nothing."""


@dataclass(frozen=True, slots=True)
class RemarkEdit:
    """What one gesture changed of the remarks.

    Parameters
    ----------
    changes
        One for each subject.
    """

    changes: tuple[Change, ...]

    def inverse(self) -> "RemarkEdit":
        """Return the edit that takes this one back."""
        return RemarkEdit(tuple((subject, after, before) for subject, before, after in self.changes))

    def apply(self, said: Mapping[str, str]) -> dict[str, str]:
        """Return what is said after it.

        Raises
        ------
        InvalidValueError
            Something else was said before.
        """
        result = dict(said)
        for subject, before, after in self.changes:
            if result.get(subject) != before:
                raise InvalidValueError(f"what is said of {subject!r} does not fit the edit")
            if after is None:
                result.pop(subject, None)
            else:
                result[subject] = after
        return result


class Status(Enum):
    """What a person says of an instance; nothing is said of an untouched one."""

    UNTOUCHED = ""
    REVIEWED = "reviewed"
    NEEDS_A_LOOK = "needs a look"


class Comment(NamedTuple):
    """A sentence pinned to a place.

    Parameters
    ----------
    number
        From 1; never given twice.
    text, author, time
        Time is UTC, ISO 8601.
    place
        x, y, z in metres, in the scan's frame.
    resolved
        Whether it is settled.
    """

    number: int
    text: str
    author: str
    time: str
    place: tuple[float, float, float]
    resolved: bool = False


class Verdict(NamedTuple):
    """What a second person says of an edit, by its place in the log."""

    edit: int
    accepted: bool
    author: str
    time: str


@dataclass(frozen=True, slots=True)
class Remarks:
    """All that is said about a scan now.

    Parameters
    ----------
    said
        JSON by subject, as the log of edits leads to it.
    """

    said: Mapping[str, str]

    def after(self, edit: RemarkEdit | None) -> "Remarks":
        """What is said after an edit; InvalidValueError where it does not fit."""
        return Remarks(edit.apply(self.said)) if edit is not None else self

    def status_of(self, instance: int) -> Status:
        """What was said of an instance."""
        value = self._value(f"status {instance}")
        return next((status for status in Status if status.value == value), Status.UNTOUCHED)

    def note_of(self, instance: int) -> str:
        """The note of an instance; empty where there is none."""
        value = self._value(f"note {instance}")
        return value if isinstance(value, str) else ""

    def comments(self) -> list[Comment]:
        """Every comment, by number."""
        found = [_comment_of(number, value) for number, value in self._numbered("comment")]
        return [comment for comment in found if comment is not None]

    def verdicts(self) -> dict[int, Verdict]:
        """The newest verdict on each edit that has one."""
        found: dict[int, Verdict] = {}
        for number, value in self._numbered("verdict"):
            if isinstance(value, dict):
                author, time = str(value.get("author", "")), str(value.get("time", ""))
                found[number] = Verdict(number, value.get("accepted") is True, author, time)
        return found

    def with_status(self, instance: int, status: Status) -> RemarkEdit:
        """Say this of an instance."""
        return self._change(f"status {instance}", status.value or None)

    def with_note(self, instance: int, text: str) -> RemarkEdit:
        """Note this about an instance; empty takes the note away."""
        return self._change(f"note {instance}", text.strip() or None)

    def with_comment(self, comment: Comment) -> RemarkEdit:
        """Pin this, or change what was pinned under its number."""
        value = {**comment._asdict(), "place": list(comment.place)}
        value.pop("number")
        return self._change(f"comment {comment.number}", value)

    def without_comment(self, number: int) -> RemarkEdit:
        """Take a comment away."""
        return self._change(f"comment {number}", None)

    def with_verdict(self, verdict: Verdict) -> RemarkEdit:
        """Say this of an edit."""
        value = {"accepted": verdict.accepted, "author": verdict.author, "time": verdict.time}
        return self._change(f"verdict {verdict.edit}", value)

    def _change(self, subject: str, value: object) -> RemarkEdit:
        after = None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
        return RemarkEdit(((subject, self.said.get(subject), after),))

    def _value(self, subject: str) -> Any:
        return _read(self.said.get(subject))

    def _numbered(self, kind: str) -> Iterable[tuple[int, Any]]:
        found = [
            (int(number), _read(text))
            for name, _, number, text in ((*subject.partition(" "), text) for subject, text in self.said.items())
            if name == kind and number.isdigit()
        ]
        return sorted(found, key=lambda each: each[0])


def what_is_said(edits: Iterable[RemarkEdit | None]) -> Remarks:
    """Follow the log from its beginning; a change that does not fit, of another program, counts all the same."""
    said: dict[str, str] = {}
    for edit in edits:
        for subject, _, after in edit.changes if edit is not None else ():
            if after is None:
                said.pop(subject, None)
            else:
                said[subject] = after
    return Remarks(said)


def next_comment(edits: Iterable[RemarkEdit | None]) -> int:
    """The least number that no comment ever had, given the log."""
    numbers = [
        int(subject.removeprefix("comment "))
        for edit in edits
        if edit is not None
        for subject, _, _ in edit.changes
        if subject.startswith("comment ") and subject.removeprefix("comment ").isdigit()
    ]
    return max(numbers, default=0) + 1


def _read(text: str | None) -> Any:
    try:
        return json.loads(text) if text is not None else None
    except ValueError:  # another program wrote it
        return None


def _comment_of(number: int, value: Any) -> Comment | None:
    try:
        x, y, z = (float(part) for part in value["place"])
        told = (str(value["text"]), str(value.get("author", "")), str(value.get("time", "")))
        return Comment(number, *told, (x, y, z), value.get("resolved") is True)
    except (KeyError, TypeError, ValueError):
        return None
