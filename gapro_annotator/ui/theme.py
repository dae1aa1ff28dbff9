"""The looks of the window: Fusion with our own palettes, every text at a contrast of at least 4.5 : 1."""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

Color = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a look.

    Parameters
    ----------
    name
        For the settings.
    window, base, raised
        Behind docks, menus and the toolbar; behind lists and fields; of buttons, cards and headers.
    line
        Borders between areas.
    text, muted, disabled
        What is read, what is read second, and what cannot be used.
    accent, selection
        Keys, the current thing, links; behind selected rows, where it carries `text`.
    good, warning
        What is settled, and what needs a look.
    scene
        Behind labels that lie over the points.
    ground, outline
        Behind the points, and round the selected region; red, green, blue.
    more_curves
        Of curves that are compared, after accent, warning and good.
    """

    name: str
    window: str
    base: str
    raised: str
    line: str
    text: str
    muted: str
    disabled: str
    accent: str
    selection: str
    good: str
    warning: str
    scene: str
    ground: Color
    outline: Color
    more_curves: tuple[str, ...]

    @property
    def curves(self) -> tuple[str, ...]:
        """Colours of curves, and of what is written about each, on `base`."""
        return (self.accent, self.warning, self.good, *self.more_curves)

    def pairs(self) -> list[tuple[str, str]]:
        """Every pair of text and surface in use; disabled text is exempt, as in WCAG."""
        texts = (self.text, self.muted, self.accent, self.good, self.warning)
        pairs = [(text, surface) for text in texts for surface in (self.window, self.base, self.raised)]
        pairs += [(curve, self.base) for curve in self.curves]
        return [*pairs, (self.text, self.selection), (self.text, self.scene), (self.muted, self.scene)]

    def marks(self) -> list[tuple[str, str]]:
        """Every mark that is no text with what it lies on: at least 3 : 1."""
        return [(self.accent, self.base), (self.muted, self.base), (self.warning, self.raised)]


DARK = Theme(
    name="dark", window="#22262b", base="#1b1e22", raised="#2d3239", line="#3d444d", text="#e8eaed", muted="#adb5bf",
    disabled="#7c858f", accent="#7cc4ff", selection="#2a5783", good="#7fd49b", warning="#f2c35b", scene="#16181b",
    ground=(30, 32, 36), outline=(255, 255, 255), more_curves=("#e58fb1", "#b9a6ff", "#f08a5d"),
)  # fmt: skip
LIGHT = Theme(
    name="light", window="#eef0f3", base="#ffffff", raised="#e2e6eb", line="#bcc4ce", text="#1b1f24", muted="#4b5563",
    disabled="#8a94a0", accent="#0b5cad", selection="#bcd9f7", good="#146c3a", warning="#7a4d00", scene="#f7f8fa",
    ground=(226, 229, 233), outline=(0, 0, 0), more_curves=("#a2295f", "#5b3fb5", "#a8480f"),
)  # fmt: skip
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
_shown = DARK


def shown() -> Theme:
    """The look in use: ask when something is drawn, not when a module is loaded."""
    return _shown


def _style_of(look: Theme) -> str:
    return f"""
QToolTip {{ color: {look.text}; background: {look.raised}; border: 1px solid {look.line}; padding: 4px; }}
QMainWindow::separator {{ background: {look.line}; width: 1px; height: 1px; }}
QMainWindow::separator:hover {{ background: {look.accent}; }}
QMenuBar {{ background: {look.window}; }}
QToolBar {{ background: {look.window}; border: 0; border-bottom: 1px solid {look.line}; padding: 4px; spacing: 2px; }}
QToolBar::separator {{ background: {look.line}; width: 1px; margin: 4px 6px; }}
QToolButton {{ padding: 4px 8px; border: 1px solid transparent; border-radius: 4px; }}
QToolButton:hover {{ background: {look.raised}; }}
QToolButton:checked {{ background: {look.selection}; border-color: {look.accent}; }}
QToolButton:disabled {{ color: {look.disabled}; }}
QDockWidget {{ font-weight: 600; }}
QDockWidget::title {{ background: {look.window}; padding: 4px 8px; border-bottom: 1px solid {look.line}; }}
QStatusBar {{ background: {look.window}; border-top: 1px solid {look.line}; }}
QStatusBar::item {{ border: 0; }}
QTreeView, QListView {{ background: {look.base}; border: 0; outline: 0; }}
QTreeView::item, QListView::item {{ padding: 3px 2px; }}
QTreeView::item:selected, QListView::item:selected {{ background: {look.selection}; color: {look.text}; }}
QHeaderView::section {{ background: {look.window}; color: {look.muted}; border: 0; padding: 4px 2px; }}
QScrollBar:vertical {{ background: {look.base}; width: 10px; margin: 0; }}
QScrollBar::handle:vertical {{ background: {look.line}; min-height: 24px; border-radius: 4px; margin: 1px; }}
QScrollBar::handle:vertical:hover {{ background: {look.disabled}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: none; }}
QLineEdit {{ background: {look.base}; border: 1px solid {look.line}; border-radius: 4px; padding: 4px 6px; }}
QLineEdit:focus {{ border-color: {look.accent}; }}
QPushButton {{ background: {look.raised}; border: 1px solid {look.line}; border-radius: 4px; padding: 5px 12px; }}
QPushButton:hover {{ border-color: {look.accent}; }}
QPushButton:pressed {{ background: {look.selection}; }}
QPushButton:disabled {{ color: {look.disabled}; background: {look.window}; }}
QPushButton:default {{ background: {look.selection}; border-color: {look.accent}; }}
QProgressBar {{ background: {look.base}; border: 1px solid {look.line}; border-radius: 3px; text-align: center; }}
QProgressBar::chunk {{ background: {look.selection}; border-radius: 2px; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {look.line}; }}
QTabBar::tab {{ color: {look.muted}; padding: 4px 12px; border-bottom: 2px solid transparent; }}
QTabBar::tab:hover {{ color: {look.text}; }}
QTabBar::tab:selected {{ color: {look.text}; border-bottom-color: {look.accent}; }}
QCheckBox::indicator, QTreeView::indicator,
QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {look.muted}; }}
QCheckBox::indicator:checked, QTreeView::indicator:checked,
QListView::indicator:checked {{ background: {look.accent}; border-color: {look.accent}; }}
QCheckBox::indicator:disabled {{ border-color: {look.disabled}; }}
QToolButton[role="button"] {{ background: {look.raised}; border-color: {look.line}; }}
QToolButton[role="button"]:hover {{ border-color: {look.accent}; }}
QToolButton[role="button"]:checked {{ background: {look.selection}; border-color: {look.accent}; }}
QToolButton[role="button"]:disabled {{ background: {look.window}; }}
QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
*[role="muted"] {{ color: {look.muted}; }}
*[role="key"] {{ color: {look.accent}; }}
*[role="heading"] {{ font-weight: 600; }}
*[role="card"] {{ background: {look.raised}; border: 1px solid {look.line}; border-radius: 6px; }}
QFrame#tour-frame {{ border: 2px solid {look.accent}; border-radius: 4px; background: transparent; }}
*[role="banner"] {{ background: {look.raised}; border-bottom: 1px solid {look.warning}; }}
QLabel[role="pointer"] {{ color: {look.text}; background: {look.scene}; border: 1px solid {look.line};
    border-radius: 4px; padding: 3px 8px; }}
"""


def apply_theme(application: QApplication, look: Theme = DARK) -> None:
    """Give the application its style, palette and style sheet."""
    global _shown  # noqa: PLW0603 - there is one application, and one look of it
    _shown = look
    application.setStyle("Fusion")
    application.setPalette(palette_of(look))
    application.setStyleSheet(_style_of(look))


def palette_of(look: Theme) -> QPalette:
    """Make the palette that widgets draw with."""
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: look.window,
        QPalette.ColorRole.WindowText: look.text,
        QPalette.ColorRole.Base: look.base,
        QPalette.ColorRole.AlternateBase: look.window,
        QPalette.ColorRole.ToolTipBase: look.raised,
        QPalette.ColorRole.ToolTipText: look.text,
        QPalette.ColorRole.PlaceholderText: look.muted,
        QPalette.ColorRole.Text: look.text,
        QPalette.ColorRole.Button: look.raised,
        QPalette.ColorRole.ButtonText: look.text,
        QPalette.ColorRole.BrightText: look.warning,
        QPalette.ColorRole.Link: look.accent,
        QPalette.ColorRole.Highlight: look.selection,
        QPalette.ColorRole.HighlightedText: look.text,
    }
    for role, color in roles.items():
        palette.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(look.disabled))
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
