"""project.toml: the settings of a project as values; `Project` writes them."""

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

from gapro_annotator.classes import Classes, FormerNames
from gapro_annotator.errors import InvalidValueError, NewerVersionError, StoreError, reason_of
from gapro_annotator.labeling.outlook import ReviewConfig
from gapro_annotator.labeling.request import LabelerConfig

FORMAT = "gapro-annotator/project"
FORMAT_VERSION = 1


def read_settings(path: Path) -> tuple[Classes, LabelerConfig, ReviewConfig, str, FormerNames]:
    """Return classes, labeler, review, features and former names of the classes.

    Raises
    ------
    StoreError
        It cannot be read, or is no such file.
    NewerVersionError
        A newer version of this program wrote it.
    """
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
        if settings.get("format") != FORMAT:
            raise StoreError(f"{path}: is not the settings file of a project; choose a project folder")
        version = settings["format_version"]
        if version > FORMAT_VERSION:
            raise NewerVersionError(
                f"{path}: written in format version {version}, this program reads up to {FORMAT_VERSION}; "
                "update gapro-annotator"
            )
        rows = settings["classes"]
        colors = [list(bytes.fromhex(row["color"].removeprefix("#"))) for row in rows]
        classes = Classes(
            np.array([row["id"] for row in rows], np.int32),
            tuple(row["name"] for row in rows),
            np.array(colors, np.uint8).reshape(-1, 3),
        )
        review = ReviewConfig(**_known("review", ReviewConfig, settings.get("review", {})))
        features, formerly = str(settings.get("features", "")), FormerNames.read(rows)
        return classes, _labeler_of(settings.get("labeler", {})), review, features, formerly
    except KeyError as error:
        raise StoreError(f"{path}: {error.args[0]} is missing; put it back by hand") from error
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise StoreError(f"{path}: cannot be read ({reason_of(error)}); mend it by hand") from error


def _labeler_of(settings: dict[str, Any]) -> LabelerConfig:
    hints = get_type_hints(LabelerConfig)
    for key, value in _known("labeler", LabelerConfig, settings).items():
        if get_origin(hints[key]) is Literal and value not in get_args(hints[key]):
            raise InvalidValueError(f"labeler {key} must be one of {', '.join(map(str, get_args(hints[key])))}")
    return LabelerConfig(**settings)


def _known(table: str, config: type[LabelerConfig | ReviewConfig], settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings of a table; an unknown one is a slip of the pen."""
    names = {field.name for field in fields(config)}
    for key in settings:
        if key not in names:
            raise InvalidValueError(f"{table} has no setting {key!r}")
    return settings
