"""Takes proposals over into a project. Loads no torch."""

from gapro_annotator.errors import InputError
from gapro_annotator.project import Project
from gapro_annotator.session import Session
from gapro_annotator.training.proposals import discard_proposal, read_proposal
from gapro_annotator.training.run_folder import RunFolder


def install_proposal(session: Session, run: RunFolder) -> None:
    """Install what a run proposes for an open scan, as one step that can be undone; corrections lie above it.

    Raises
    ------
    InputError
        There is no such proposal, or it was made for another scan of this name.
    """
    proposal = read_proposal(run.path, session.scan.name)
    if len(proposal.pseudo) != len(session.scan) or set(proposal.pseudo.instance.tolist()) - {
        -1,
        *session.boxes.id.tolist(),
    }:
        raise InputError(
            f"{session.scan.name}: {run.id} proposes labels for another scan or for boxes that are gone; "
            "start self-training again"
        )
    session.install(proposal.pseudo, session.revision, text=f"Labels of {run.id}, round {proposal.round}")


def accept_proposal(project: Project, run: RunFolder, scan: str, annotator: str) -> None:
    """Install what a run proposes for a scan that is not open, and save the scan."""
    session, _ = project.open_session(scan, annotator)
    install_proposal(session, run)
    project.save_session(session)
    discard_proposal(run.path, scan)
