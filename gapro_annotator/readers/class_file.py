"""The classes of a project as a file: one name a line, or a JSON list."""

import json
from pathlib import Path
from typing import Any

from gapro_annotator.errors import InputError, reason_of


def read_class_names(path: Path | str) -> list[str]:
    """Read class names in their order.

    Raises
    ------
    InputError
        It cannot be read, is empty, or names a class twice.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        content: Any = json.loads(text) if text.lstrip().startswith("[") else text.splitlines()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path of the class file") from error
    except ValueError as error:
        raise InputError(
            f"{path}: is neither text nor a JSON list ({reason_of(error)}); write one class name a line"
        ) from error
    if not all(isinstance(name, str) for name in content):
        raise InputError(f"{path}: holds something that is no name; write one class name a line")
    names = [name.strip() for name in content if name.strip()]
    if not names:
        raise InputError(f"{path}: names no class; write one class name a line")
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise InputError(f"{path}: names the class {name!r} twice; keep one")
        seen.add(name.casefold())
    return names
