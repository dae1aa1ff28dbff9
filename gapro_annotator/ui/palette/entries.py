"""What the palette offers: every action, the scans of the project, instances and classes of the open scan."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gapro_annotator.ui.naming import instance_name

if TYPE_CHECKING:
    from gapro_annotator.ui.main_window import MainWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the palette.

    Parameters
    ----------
    id
        What it is remembered by when it was used.
    text, detail
        What it does, and where it is found otherwise.
    keys
        Its keys as they are read.
    run
        Does it.
    enabled
        Whether it can be done now.
    """

    id: str
    text: str
    detail: str
    keys: str
    run: Callable[[], object]
    enabled: bool = True


def entries_of(window: "MainWindow") -> list[Entry]:
    """Collect what can be done now."""
    actions = [
        Entry(
            id=spec.id,
            text=window.actions_by_id[spec.id].text().rstrip("…"),
            detail=f"{spec.menu} · {spec.tooltip}",
            keys=" or ".join(key.toString().replace(", ", " ") for key in window.actions_by_id[spec.id].shortcuts()),
            run=window.actions_by_id[spec.id].trigger,
            enabled=window.actions_by_id[spec.id].isEnabled(),
        )
        for spec in window.specs
    ]
    return [*actions, *_scans(window), *_instances(window), *_classes(window)]


def _scans(window: "MainWindow") -> list[Entry]:
    project = window.bench.workspace.project
    return [
        Entry(id=f"scan {name}", text=f"Open {name}", detail="Scan of the project", keys="",
              run=lambda name=name: window.opening.open_scan(name))
        for name in (project.scan_names() if project is not None else [])
    ]  # fmt: skip


def _instances(window: "MainWindow") -> list[Entry]:
    session, desk = window.bench.session, window.objects.desk

    def go(instance: int) -> None:
        window.instances.choose(instance)
        desk.jump(instance)

    return [
        Entry(id=f"instance {number}", text=f"Go to {instance_name(session, number)}", detail="Instance", keys="",
              run=lambda number=number: go(number))
        for number in (session.boxes.id.tolist() if session is not None else [])
        if session is not None
    ]  # fmt: skip


def _classes(window: "MainWindow") -> list[Entry]:
    session, panel = window.bench.session, window.objects.classes
    return [
        Entry(id=f"class {name}", text=f"Class {name}", detail="Class of the next new instance", keys="",
              run=lambda row=row: panel.pick(row + 1))
        for row, name in enumerate(session.classes.name if session is not None else ())
    ]  # fmt: skip
