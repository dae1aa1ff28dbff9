"""Takes proposals over into a project. Loads no torch."""

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.store.fingerprint import boxed_fingerprint
from gapro_annotator.training.proposals import Proposal, read_proposal
from gapro_annotator.training.run_folder import RunFolder


def take_over(session: Session, proposal: Proposal, run: str) -> None:
    """Install proposed labels in an open scan as one step that can be undone; corrections lie above them.

    Parameters
    ----------
    session
        The open scan.
    proposal, run
        What the run of this id proposes for it.

    Raises
    ------
    InputError
        It was made for another scan of this name, or the boxes changed since.
    StoreError
        The scan is open to look at only.
    """
    session.check_writable()
    if proposal.made_for != boxed_fingerprint(session.scan, session.boxes):
        raise InputError(
            f"{session.scan.name}: {run} proposes labels for other points or boxes than it has now; "
            "start self-training again"
        )
    labels = proposal.pseudo.without_withdrawn(session.correction)
    session.install(labels, session.revision, text=f"Labels of {run}, round {proposal.round}", initiator="training")


def install_proposal(session: Session, run: RunFolder) -> None:
    """Take over what a run proposes for an open scan; InputError where there is none, or it does not fit."""
    take_over(session, read_proposal(run.path, session.scan.name), run.id)


def accept_proposal(project: Project, run: RunFolder, scan: str, annotator: str) -> None:
    """Install what a run proposes for a scan that is not open, and save the scan.

    Raises
    ------
    InputError
        There is none, it does not fit, or the scan has edits that are not in its file: perhaps another window's.
    LockedError
        Somebody else has it open.
    """
    if project.journal_path(scan).exists():
        raise InputError(f"{scan}: has edits that are not saved, perhaps in another window; open it and accept there")
    with project.editing(scan, annotator) as session:
        install_proposal(session, run)
        project.save_session(session)
