"""What the window remembers between starts: recent projects, dock layout, switches."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings

_RECENT_LIMIT = 8


class Settings:
    """Typed access to the settings that Qt keeps for this application, or to a store of the caller's."""

    def __init__(self, store: QSettings | None = None) -> None:
        self._store = store or QSettings("gapro-annotator", "gapro-annotator")

    @property
    def recent(self) -> list[Path]:
        """Projects and scan files that were open, newest first; some may be gone by now."""
        value = self._store.value("recent", [])
        texts = [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []
        return [Path(str(text)) for text in texts]

    def add_recent(self, path: Path) -> None:
        """Put a project or scan file at the head of the recent ones."""
        path = path.absolute()
        kept = [path, *(p for p in self.recent if p != path)][:_RECENT_LIMIT]
        self._store.setValue("recent", [str(p) for p in kept])

    def drop_recent(self, path: Path) -> None:
        """Forget one that is gone."""
        self._store.setValue("recent", [str(p) for p in self.recent if p != path])

    def switch(self, name: str, *, default: bool) -> bool:
        """Return a remembered on/off choice."""
        return str(self._store.value(f"switch/{name}", default)).lower() == "true"

    def set_switch(self, name: str, *, on: bool) -> None:
        """Remember an on/off choice."""
        self._store.setValue(f"switch/{name}", on)

    def number(self, name: str, *, default: float) -> float:
        """Return a remembered number."""
        try:
            return float(str(self._store.value(f"number/{name}", default)))
        except ValueError:  # somebody edited the file
            return default

    def set_number(self, name: str, value: float) -> None:
        """Remember a number."""
        self._store.setValue(f"number/{name}", value)

    def texts(self, name: str) -> list[str]:
        """Return a remembered list of texts."""
        value = self._store.value(f"texts/{name}", [])
        return [value] if isinstance(value, str) else [str(text) for text in value] if isinstance(value, list) else []

    def set_texts(self, name: str, texts: list[str]) -> None:
        """Remember a list of texts."""
        self._store.setValue(f"texts/{name}", texts)

    def bytes_of(self, name: str) -> QByteArray | None:
        """Return what was kept under this name: window geometry and dock layout."""
        value = self._store.value(f"layout/{name}")
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def set_bytes(self, name: str, value: QByteArray) -> None:
        """Keep window geometry and dock layout."""
        self._store.setValue(f"layout/{name}", value)
