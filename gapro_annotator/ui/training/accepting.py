"""What self-training proposes for the scans, and taking it over: the open scan here, the others in a thread."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from gapro_annotator.errors import AnnotatorError
from gapro_annotator.self_training.accept import take_over
from gapro_annotator.session import Session
from gapro_annotator.training.proposals import Proposal, read_proposal
from gapro_annotator.training.run_folder import RunFolder
from gapro_annotator.ui.job import Job
from gapro_annotator.ui.training.decided import Verdict, keep_decided
from gapro_annotator.ui.training.run_reader import RunView
from gapro_annotator.ui.training.work import Accepted, Proposed, accept_all, read_proposed
from gapro_annotator.ui.workbench import Workbench
from gapro_annotator.ui.workspace import annotator

_BUSY = "One moment: the last proposals are still being taken over."


class Accepting(QObject):
    """Lists proposals of the chosen run and accepts or rejects them; corrections always lie above."""

    changed = Signal()
    """`rows` are new."""
    features_chosen = Signal(str)
    """A run whose labels were accepted: the labeler should see its features."""
    said = Signal(str)
    failed = Signal(object)

    def __init__(self, bench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Proposed] = []
        self.open_scan = ""
        self._bench = bench
        self._run: Path | None = None
        self._listed: tuple[Path | None, tuple[str, ...], int] = (None, (), 0)
        self._taking: tuple[Session, Path] | None = None
        self._accepting_run = Path()
        self._list_again = False
        self._list_job = Job("gapro-proposals", self)
        self._list_job.succeeded.connect(self._take_list)
        self._list_job.failed.connect(self.failed)
        self._one_job = Job("gapro-proposal", self)
        self._one_job.succeeded.connect(self._take_one)
        self._one_job.failed.connect(self.failed)
        self._all_job = Job("gapro-accept-all", self)
        self._all_job.progressed.connect(
            lambda _done, _total, name: self.said.emit(f"Taking over the labels of {name}")
        )
        self._all_job.succeeded.connect(self._took_all)
        self._all_job.failed.connect(self.failed)

    @property
    def busy(self) -> bool:
        """Whether something is being read or taken over."""
        return self._list_job.running or self._one_job.running or self._all_job.running

    def attach(self, session: Session | None) -> None:
        """Know which scan is open."""
        self.open_scan = session.scan.name if session is not None else ""
        self.changed.emit()

    def show_run(self, run: RunView | None) -> None:
        """List what this run proposes, once there is something new."""
        self._run = run.folder if run is not None else None
        scans = run.proposed if run is not None else ()
        number = run.state.round if run is not None and run.state is not None else 0
        listed = (self._run, scans, number)
        if listed == self._listed:
            return
        self._listed = listed
        if self._run is None or not scans:
            self.rows = []
            self.changed.emit()
        else:
            self._list()

    def accept(self, scan: str) -> None:
        """Take over what is proposed for one scan."""
        run, session = self._run, self._bench.session
        if run is None:
            return
        if scan != self.open_scan:
            self._accept_others([scan])
        elif self._one_job.running:
            self.said.emit(_BUSY)
        elif session is not None:
            self._taking = (session, run)
            self._one_job.start(lambda _progress: read_proposal(run, scan))

    def accept_all(self) -> None:
        """Take over what is proposed for every scan that is not decided."""
        undecided = [row.scan for row in self.rows if row.verdict is None]
        if self.open_scan in undecided:
            self.accept(self.open_scan)
        self._accept_others([scan for scan in undecided if scan != self.open_scan])

    def reject(self, scan: str) -> None:
        """Leave a scan as it is."""
        if self._run is not None:
            self._decided(self._run, [scan], "rejected")
            self.said.emit(f"The labels of {scan} stay as they are.")

    def join(self) -> None:
        """Stop, and wait for the threads."""
        for job in (self._list_job, self._one_job, self._all_job):
            job.join()

    def _accept_others(self, scans: list[str]) -> None:
        run, project = self._run, self._bench.workspace.project
        if run is None or project is None or not scans:
            return
        if self._all_job.running:
            self.said.emit(_BUSY)
            return
        folder, person = project.folder, annotator()
        self._accepting_run = run
        self._all_job.start(lambda progress: accept_all(folder, run, scans, person, progress))

    def _list(self) -> None:
        run = self._run
        self._list_again = self._list_job.running
        if run is not None and not self._list_again:
            self._list_job.start(lambda _progress: (run, read_proposed(run)))

    @Slot(object)
    def _take_list(self, listed: tuple[Path, list[Proposed]]) -> None:
        run, rows = listed
        if run == self._run:
            self.rows = rows
            self.changed.emit()
        if self._list_again or run != self._run:
            self._list()  # something was decided, or another run chosen, while it was read

    @Slot(object)
    def _take_one(self, proposal: Proposal) -> None:
        """Install what was read, if that scan is still open; the labeler's own answer would only cover it."""
        leaving = self._bench.workspace.busy()  # another scan may be shown in a moment, without these labels
        if self._taking is None or leaving or self._taking[0] is not self._bench.session:
            self.said.emit("Another scan was opened meanwhile; nothing was taken over.")
            return
        session, run = self._taking
        self._bench.runner.drop("labels that were accepted")
        try:
            take_over(session, proposal, run.name)
        except AnnotatorError as error:
            self.failed.emit(error)
            return
        self.features_chosen.emit(run.name)
        self._decided(run, [session.scan.name], "accepted")
        self.said.emit(
            f"{proposal.diff.points_changed:,} points of {session.scan.name} are labelled anew; Ctrl+Z takes it back."
        )
        self._bench.catch_up(session)

    @Slot(object)
    def _took_all(self, result: Accepted) -> None:
        run = self._accepting_run
        if result.scans:
            self.features_chosen.emit(run.name)
            self._decided(run, list(result.scans), "accepted")
        done = f"Accepted and saved: {', '.join(result.scans)}." if result.scans else "Nothing was accepted."
        left = " ".join(f"{scan}: {reason}." for scan, reason in result.refused.items())
        self.said.emit(f"{done} {left}".strip())
        self._bench.changed.emit()

    def _decided(self, run: Path, scans: list[str], verdict: Verdict) -> None:
        try:
            keep_decided(RunFolder(run).proposals, scans, verdict)
        except AnnotatorError as error:
            self.failed.emit(error)
        self._list()
