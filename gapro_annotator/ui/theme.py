"""The dark look of the window: Fusion with our own palette, every text at a contrast of at least 4.5 : 1."""

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

WINDOW = "#22262b"
"""Behind docks, menus and the toolbar."""
BASE = "#1b1e22"
"""Behind lists and text fields."""
RAISED = "#2d3239"
"""Buttons, cards, headers."""
LINE = "#3d444d"
"""Borders between areas."""
TEXT = "#e8eaed"
MUTED = "#adb5bf"
"""Units, hints and everything that is read second."""
DISABLED = "#7c858f"
ACCENT = "#7cc4ff"
"""Keys, the current thing, links."""
SELECTION = "#2a5783"
"""Behind selected rows; carries TEXT."""
GOOD = "#7fd49b"
WARNING = "#f2c35b"
SCENE = "#16181b"
"""Behind the points."""

TEXT_ON_SURFACE = (
    *((text, surface) for text in (TEXT, MUTED, ACCENT, GOOD, WARNING) for surface in (WINDOW, BASE, RAISED)),
    (TEXT, SELECTION),
    (TEXT, SCENE),
    (MUTED, SCENE),
)
"""Every pair of text and surface in use; disabled text is exempt, as in WCAG."""

_STYLE = f"""
QToolTip {{ color: {TEXT}; background: {RAISED}; border: 1px solid {LINE}; padding: 4px; }}
QMainWindow::separator {{ background: {LINE}; width: 1px; height: 1px; }}
QMainWindow::separator:hover {{ background: {ACCENT}; }}
QMenuBar {{ background: {WINDOW}; }}
QToolBar {{ background: {WINDOW}; border: 0; border-bottom: 1px solid {LINE}; padding: 4px; spacing: 2px; }}
QToolBar::separator {{ background: {LINE}; width: 1px; margin: 4px 6px; }}
QToolButton {{ padding: 4px 8px; border: 1px solid transparent; border-radius: 4px; }}
QToolButton:hover {{ background: {RAISED}; }}
QToolButton:checked {{ background: {SELECTION}; border-color: {ACCENT}; }}
QToolButton:disabled {{ color: {DISABLED}; }}
QDockWidget {{ font-weight: 600; }}
QDockWidget::title {{ background: {WINDOW}; padding: 4px 8px; border-bottom: 1px solid {LINE}; }}
QStatusBar {{ background: {WINDOW}; border-top: 1px solid {LINE}; }}
QStatusBar::item {{ border: 0; }}
QTreeView, QListView {{ background: {BASE}; border: 0; outline: 0; }}
QTreeView::item, QListView::item {{ padding: 3px 2px; }}
QTreeView::item:selected, QListView::item:selected {{ background: {SELECTION}; color: {TEXT}; }}
QHeaderView::section {{ background: {WINDOW}; color: {MUTED}; border: 0; padding: 4px 2px; }}
QScrollBar:vertical {{ background: {BASE}; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {LINE}; min-height: 24px; border-radius: 4px; margin: 1px; }}
QScrollBar::handle:vertical:hover {{ background: {DISABLED}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QLineEdit {{ background: {BASE}; border: 1px solid {LINE}; border-radius: 4px; padding: 4px 6px; }}
QLineEdit:focus {{ border-color: {ACCENT}; }}
QPushButton {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 4px; padding: 5px 12px; }}
QPushButton:hover {{ border-color: {ACCENT}; }}
QPushButton:pressed {{ background: {SELECTION}; }}
QPushButton:disabled {{ color: {DISABLED}; background: {WINDOW}; }}
QPushButton:default {{ background: {SELECTION}; border-color: {ACCENT}; }}
QProgressBar {{ background: {BASE}; border: 1px solid {LINE}; border-radius: 3px; text-align: center; }}
QProgressBar::chunk {{ background: {SELECTION}; border-radius: 2px; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {LINE}; }}
QTabBar::tab {{ color: {MUTED}; padding: 4px 12px; border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {TEXT}; }}
QTabBar::tab:selected {{ color: {TEXT}; border-bottom-color: {ACCENT}; }}
QCheckBox::indicator, QTreeView::indicator,
QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {MUTED}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked,
QListView::indicator:checked {{ background: {ACCENT}; border-color: {ACCENT}; }}
QCheckBox::indicator:disabled {{ border-color: {DISABLED}; }}
QToolButton[role="button"] {{ background: {RAISED}; border-color: {LINE}; }}
QToolButton[role="button"]:hover {{ border-color: {ACCENT}; }}
QToolButton[role="button"]:checked {{ background: {SELECTION}; border-color: {ACCENT}; }}
QToolButton[role="button"]:disabled {{ background: {WINDOW}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
*[role="muted"] {{ color: {MUTED}; }}
*[role="key"] {{ color: {ACCENT}; }}
*[role="heading"] {{ font-weight: 600; }}
*[role="card"] {{ background: {RAISED}; border: 1px solid {LINE}; border-radius: 6px; }}
*[role="banner"] {{ background: {RAISED}; border-bottom: 1px solid {WARNING}; }}
"""


def apply_theme(application: QApplication) -> None:
    """Give the application its style, palette and style sheet."""
    application.setStyle("Fusion")
    application.setPalette(dark_palette())
    application.setStyleSheet(_STYLE)


def dark_palette() -> QPalette:
    """Make the palette that widgets draw with."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: WINDOW,
        QPalette.ColorRole.WindowText: TEXT,
        QPalette.ColorRole.Base: BASE,
        QPalette.ColorRole.AlternateBase: WINDOW,
        QPalette.ColorRole.ToolTipBase: RAISED,
        QPalette.ColorRole.ToolTipText: TEXT,
        QPalette.ColorRole.PlaceholderText: MUTED,
        QPalette.ColorRole.Text: TEXT,
        QPalette.ColorRole.Button: RAISED,
        QPalette.ColorRole.ButtonText: TEXT,
        QPalette.ColorRole.BrightText: WARNING,
        QPalette.ColorRole.Link: ACCENT,
        QPalette.ColorRole.Highlight: SELECTION,
        QPalette.ColorRole.HighlightedText: TEXT,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(DISABLED))
    return palette


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours as WCAG defines it, 1 to 21."""
    light, dark = sorted((_luminance(QColor(a)), _luminance(QColor(b))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: QColor) -> float:
    red, green, blue = (_linear(part) for part in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
