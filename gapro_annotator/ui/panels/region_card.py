"""The region that is looked at: its candidates, why it is in doubt, and the keys that decide it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout

from gapro_annotator.labeling.review import Region
from gapro_annotator.labels import BACKGROUND, NO_RIVAL, Decision
from gapro_annotator.session import Session
from gapro_annotator.ui.naming import chance_of_rival, instance_name, percent, points_in_words, why, worth
from gapro_annotator.ui.panels.instance_model import swatch
from gapro_annotator.ui.panels.whole_lines import WholeLines
from gapro_annotator.ui.review import Review

CHOICES = (("accept", "Space"), ("rival", "R"), ("background", "X"), ("chosen", "G"), ("give_back", "⌫"))
"""Names of the decisions and what the card says of their keys."""


class ChoiceButton(QPushButton):
    """One way to decide: key, colour, name and probability, all in one row that can be clicked."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.key = QLabel(key)
        self.key.setProperty("role", "key")
        self.swatch = QLabel()
        self.name = QLabel()
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.share = QLabel()
        self.share.setProperty("role", "muted")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        # The widest key sets the column, whatever the font.
        self.key.setMinimumWidth(self.key.fontMetrics().horizontalAdvance("Space "))
        for label in (self.key, self.swatch, self.name, self.share):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        layout.addWidget(self.key)
        layout.addWidget(self.swatch)
        layout.addWidget(self.name, 1)
        layout.addWidget(self.share)
        self.setMinimumHeight(layout.sizeHint().height())

    def show_choice(self, name: str, instance: int | None, share: str, tip: str) -> None:
        """Say what the key would do; without a name it can do nothing."""
        self.setEnabled(bool(name))
        self.setToolTip(tip)
        self.name.setText(name or tip)
        self.name.setEnabled(bool(name))
        self.key.setEnabled(bool(name))
        self.share.setText(share)
        self.swatch.setVisible(instance is not None and instance >= 0)
        if instance is not None and instance >= 0:
            self.swatch.setPixmap(swatch(instance))


class RegionCard(QFrame):
    """Candidates of the region with the keys that choose them."""

    decided = Signal(str)
    """'accept', 'rival', 'background', 'chosen' or 'give_back' was clicked."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.title = QLabel()
        self.title.setProperty("role", "heading")
        self.why = WholeLines()
        self.why.setProperty("role", "muted")
        self.worth = WholeLines()
        self.worth.setProperty("role", "muted")
        self.worth.explanation = (
            "How many of its points are expected to be wrong, and what the answer would mend of what is like it, "
            "as points of this instance that would be worth the same. The queue is ordered by both."
        )
        self.choices = {name: ChoiceButton(key) for name, key in CHOICES}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(5)
        layout.addWidget(self.title)
        for name, button in self.choices.items():
            button.clicked.connect(lambda _checked=False, name=name: self.decided.emit(name))
            layout.addWidget(button)
        layout.addWidget(self.why)
        layout.addWidget(self.worth)

    def show_region(self, review: Review) -> None:
        """Show the region that `review` looks at; without one, say how to get to one."""
        session, region = review.session, review.region
        settled = region is not None and region.decision == Decision.PERSON
        # What a person has labelled has no rival: that row would say nothing, and giving back takes its room.
        useless = "rival" if settled else "give_back"
        # Where background is one of the candidates anyway, a row of its own would say the same twice.
        rival_is_background = region is not None and not settled and region.rival == BACKGROUND
        twice = region is not None and BACKGROUND in (region.instance, region.rival) and not settled
        self.choices["rival"].key.setText("R X" if rival_is_background else "R")
        for name, button in self.choices.items():
            button.setVisible(region is not None and name != useless and not (twice and name == "background"))
        said = worth(session, region) if session is not None and region is not None else ""
        self.worth.setText(said)
        self.worth.setVisible(bool(said))
        if session is None or region is None:
            self.title.setText("No region selected")
            self.why.setText("N goes to the most doubtful region. A click in the view selects a superpoint.")
            return
        self.title.setText(f"Region of {points_in_words(len(region.points))}")
        self.why.setText(why(session, region))
        self._show_choices(session, region, review.chosen)

    def _show_choices(self, session: Session, region: Region, chosen: int | None) -> None:
        settled = region.decision == Decision.PERSON
        self.choices["give_back"].show_choice(
            "back to the labeler", None, "", "Backspace: take your label off, so that the labeler decides again"
        )
        proposal, has_rival = instance_name(session, region.instance), region.rival != NO_RIVAL
        known = session.pseudo is not None and not settled
        self.choices["accept"].show_choice(
            proposal,
            region.instance,
            percent(region.probability) if known else "yours" if settled else "",
            f"It is {proposal}: accept the proposal",
        )
        self.choices["rival"].show_choice(
            instance_name(session, region.rival) if has_rival else "",
            region.rival,
            chance_of_rival(region) if has_rival else "",
            "Give it to the other candidate" if has_rival else "no rival",
        )
        self.choices["background"].show_choice("background", None, "", "It belongs to no boxed object")
        self.choices["chosen"].show_choice(
            "" if chosen is None else instance_name(session, chosen),
            chosen,
            "chosen" if chosen is not None else "",
            "choose an instance" if chosen is None else "Give it to the instance that is chosen in the table",
        )
