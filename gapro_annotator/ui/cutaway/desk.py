"""What the user cuts away to look inside, and what follows for view, boxes and scans that are opened next."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject

from gapro_annotator.arrays import Bool, Float32
from gapro_annotator.labeling.review import Region
from gapro_annotator.session import Change, Session
from gapro_annotator.ui.cutaway.bar import CutawayBar
from gapro_annotator.ui.cutaway.cutaway import Cutaway, around, floor_and_top, structure_of
from gapro_annotator.ui.workbench import Workbench

USUAL_TOP, USUAL_SHARE = 2.0, 0.75
"""A first section is cut at this height, metres above the floor, or at this share of a lower scan's height."""
USUAL_MARGIN = 0.3
_STEP = 0.1


class CutawayDesk(QObject):
    """Holds what is cut away from the open scan, and shows it."""

    def __init__(self, bench: Workbench, bar: CutawayBar) -> None:
        super().__init__(bench)
        self._bench, self._bar = bench, bar
        self.cutaway = Cutaway()
        self._section: tuple[float, float] | None = None  # above the floor: the next scan's floor may be elsewhere
        self._last: tuple[float, float] | None = None
        self._floor = self._top = 0.0
        self._subject: Float32 | None = None
        self._margin = bench.settings.number("clip margin", default=USUAL_MARGIN)
        self._structure: Bool | None = None
        bench.session_changed.connect(self._attach)
        bench.review.region_changed.connect(self._region_changed)
        bar.section_changed.connect(lambda low, high: self.set_section((low, high)))
        bar.margin_changed.connect(self._set_margin)
        bar.ended.connect(self.end)

    # -- what the user asks for ---------------------------------------------------------------------------------

    def toggle_section(self) -> None:
        """Cut the ceiling away, where it was cut last, or show it again."""
        height = self._top - self._floor
        usual = (0.0, round(min(USUAL_TOP, USUAL_SHARE * height), 2))
        self.set_section((self._last or usual) if self._section is None else None)

    def set_section(self, section: tuple[float, float] | None) -> None:
        """Show what lies between these heights above the floor, metres; None: all heights."""
        self._last = section or self._section
        self._section = section
        self._show()

    def move_section(self, steps: int) -> None:
        """Raise or lower the cut by 10 cm."""
        if self._section is None:
            self.toggle_section()
            return
        low, high = self._section
        self.set_section((low, round(float(np.clip(high + steps * _STEP, low, self._top - self._floor)), 2)))

    def toggle_clip(self) -> None:
        """Show only what is around the selected region, else the chosen instance; or everything again."""
        session, chosen = self._bench.session, self._bench.review.chosen
        if self.cutaway.clip is not None or session is None:
            self._clip_to(None)
            return
        region = self._bench.review.region
        rows = region.points if region is not None else np.flatnonzero(session.instance == chosen)
        if (chosen is None and region is None) or not len(rows):
            self._bench.said.emit("Select a region, or choose an instance, to clip the view to what is around it.")
            return
        self._clip_to(session.scan.xyz[rows])

    def set_without_structure(self, on: bool) -> None:  # noqa: FBT001 - an action's state
        """Hide what no box holds, or show it again."""
        self.cutaway = replace(self.cutaway, without_structure=on)
        self._show()

    def toggle_structure(self) -> None:
        """Hide what no box holds, or show it again."""
        self.set_without_structure(not self.cutaway.without_structure)

    def end(self) -> None:
        """Show everything."""
        self.cutaway, self._subject = Cutaway(), None
        self.set_section(None)
        self._bench.view.setFocus()

    # -- inside -------------------------------------------------------------------------------------------------

    def _clip_to(self, subject: Float32 | None) -> None:
        self._subject = subject
        self._show()

    def _set_margin(self, margin: float) -> None:
        self._margin = margin
        self._bench.settings.set_number("clip margin", margin)
        self._show()

    def _attach(self, session: Session | None) -> None:
        self._subject, self._structure = None, None
        if session is not None:
            session.subscribe(self._session_changed)
            self._floor, self._top = floor_and_top(session.scan.xyz)
        self._show()

    def _session_changed(self, change: Change) -> None:
        if change.boxes:
            self._structure = None
            if self.cutaway.without_structure:
                self._show()

    def _show(self) -> None:
        session, presenter = self._bench.session, self._bench.presenter
        absolute = None
        if self._section is not None:
            low, high = self._section
            # At the floor nothing is cut away below: no floor is so even.
            absolute = (self._floor + low if low > 0 else -np.inf, self._floor + high)
        clip = None if self._subject is None else around(self._subject, self._margin)
        self.cutaway = replace(self.cutaway, section=absolute, clip=clip)
        if session is None:
            self._bar.hide()
            return
        if self.cutaway.without_structure and self._structure is None:
            self._structure = structure_of(session.scan.xyz, session.boxes, session.classes)
        margin = self._margin if clip is not None else None
        without = self.cutaway.without_structure
        self._bar.show_state(self._section, self._top - self._floor, margin, without_structure=without)
        presenter.set_cutaway(self.cutaway, self.cutaway.hides(session.scan.xyz, self._structure))

    def _region_changed(self, region: Region | None, _fly: bool) -> None:  # noqa: FBT001 - a signal's arguments
        hidden = self._bench.presenter.cut
        if region is not None and hidden is not None and hidden[region.points].mean() > 0.5:
            self._bench.said.emit("Most of this region is cut away: ✕ in the bar over the view shows everything.")
