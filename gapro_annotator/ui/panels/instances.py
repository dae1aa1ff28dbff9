"""The instances of the open scan: a table that is sorted, filtered and selects both ways with the view."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPoint, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QLineEdit, QMenu, QTreeView, QVBoxLayout, QWidget

from gapro_annotator.session import Session
from gapro_annotator.ui.instance_desk import InstanceDesk
from gapro_annotator.ui.panels.columns import fit_columns
from gapro_annotator.ui.panels.instance_model import SEE, SORT_ROLE, InstanceModel
from gapro_annotator.ui.visibility import Visibility

_ALL = Visibility()


class InstancesPanel(QWidget):
    """Table and filter; `chosen` is the instance that G gives to."""

    chosen_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk: InstanceDesk | None = None
        self._actions: list[QAction] = []
        self.model = InstanceModel(self)
        self.filtered = QSortFilterProxyModel(
            self,
            filterKeyColumn=-1,
            filterCaseSensitivity=Qt.CaseSensitivity.CaseInsensitive,
            sortRole=SORT_ROLE,
        )
        self.filtered.setSourceModel(self.model)
        self.filter = QLineEdit(placeholderText="Filter by class or id", clearButtonEnabled=True)
        self.filter.setToolTip(
            "Show only instances with this in their class or id; Enter gives the keys back to the view"
        )
        self.filter.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # keys belong to the view until it is clicked
        self.filter.textChanged.connect(self.filtered.setFilterFixedString)
        self.table = _table(self.filtered)
        self.table.selectionModel().currentRowChanged.connect(self._selected)
        self.filtered.modelReset.connect(self._selected)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 0)
        layout.addWidget(self.filter)
        layout.addWidget(self.table)
        self.note = QLineEdit(clearButtonEnabled=True)
        self.note.setEnabled(False)
        self.note.setToolTip("A note on the chosen instance; Enter keeps it in the scan's log")
        self.note.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        layout.addWidget(self.note)

    @property
    def chosen(self) -> int | None:
        """The selected instance."""
        index = self.filtered.mapToSource(self.table.currentIndex())
        return self.model.instance_at(index.row()) if index.isValid() else None

    def choose(self, instance: int) -> None:
        """Select an instance, as when it was picked in the view; a filter that hides it is cleared."""
        row = self.model.row_of(instance)
        if row < 0:
            self.table.setCurrentIndex(QModelIndex())
            return
        if not self.filtered.mapFromSource(self.model.index(row, 0)).isValid():
            self.filter.clear()
        index = self.filtered.mapFromSource(self.model.index(row, 0))
        self.table.setCurrentIndex(index)
        self.table.scrollTo(index)

    def show_session(self, session: Session | None, visibility: Visibility | None = None) -> None:
        """Show the instances as they are now; the one that was chosen stays chosen as long as it is there."""
        chosen = self.chosen
        self.model.show(session, visibility or _ALL)
        if chosen is not None and self.chosen != chosen and self.model.row_of(chosen) >= 0:
            self.choose(chosen)

    def connect_desk(self, desk: InstanceDesk, actions: Sequence[QAction]) -> None:
        """Let the marks and the context menu do what these actions and the desk do."""
        self._desk, self._actions = desk, list(actions)
        self.model.toggled = self._mark_clicked
        self.table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.table.customContextMenuRequested.connect(self._show_menu)
        self.table.doubleClicked.connect(self._jump)

    def menu(self) -> QMenu | None:
        """Return what can be done to the chosen instance; None where none is chosen."""
        chosen, desk = self.chosen, self._desk
        if chosen is None or desk is None or desk.session is None:
            return None
        menu, session = QMenu(self), desk.session
        classes = menu.addMenu("Class")
        own = int(session.boxes.class_id[self.model.row_of(chosen)])
        for number, name in zip(session.classes.id.tolist(), session.classes.name, strict=True):
            action = classes.addAction(name)
            action.setCheckable(True)
            action.setChecked(number == own)
            action.triggered.connect(lambda _on=False, number=number: desk.set_class(chosen, number))
        menu.addActions(self._actions)
        return menu

    def _show_menu(self, place: QPoint) -> None:
        menu = self.menu()
        if menu is not None:
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(self.table.viewport().mapToGlobal(place))

    def _mark_clicked(self, column: int, instance: int) -> None:
        if self._desk is not None:
            (self._desk.toggle_hidden if column == SEE else self._desk.toggle_locked)(instance)

    def _jump(self, index: QModelIndex) -> None:
        if self._desk is not None and index.column() < SEE:
            self._desk.jump(self.model.instance_at(self.filtered.mapToSource(index).row()))

    def _selected(self) -> None:
        self.chosen_changed.emit(self.chosen)


def _table(model: QSortFilterProxyModel) -> QTreeView:
    table = QTreeView(
        rootIsDecorated=False,
        uniformRowHeights=True,
        sortingEnabled=True,
        allColumnsShowFocus=True,
    )
    table.setModel(model)
    table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    # The first column holds the swatch and, in the header, the arrow of the sorted column.
    fit_columns(table, {0: "■ 00 ▾", 2: "00,000 ", 3: "100 %", 4: "See", 5: "Lock", 6: "✓ "}, stretched=1)
    return table
