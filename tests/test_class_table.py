"""A class that is renamed or recoloured keeps its number, and scans saved before then follow."""

from dataclasses import replace
from pathlib import Path

import pytest
from documents import make_document

from gapro_annotator.errors import InputError, InvalidValueError
from gapro_annotator.project import Project
from gapro_annotator.validation import validate


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project.create(tmp_path / "p")
    made.save(make_document("one"))
    made.save(make_document("two"))
    return made


def test_a_renamed_class_is_renamed_in_every_scan_of_the_project(project: Project) -> None:
    project.set_class(0, name="armchair", color=(1, 2, 3))
    again = Project.open(project.folder)
    assert again.classes.name[0] == "armchair"
    assert again.classes.color[0].tolist() == [1, 2, 3]
    for name in ("one", "two"):
        session, _ = again.open_session(name, "Ann")
        assert session.classes.name_of(0) == "armchair"
    again.save_session(session)
    again.save(again.load("one"))
    assert [f.text for f in validate(project.folder) if f.severity == "error"] == []


def test_a_name_that_comes_back_is_former_no_longer(project: Project) -> None:
    project.set_class(0, name="armchair")
    project.set_class(0, name="chair")
    assert project.formerly.by_class == {0: ("armchair",)}
    assert project.load("one").classes.name_of(0) == "chair"


@pytest.mark.parametrize("name", ["Tisch, größer", "", "  "])
def test_names_that_are_taken_or_empty_are_refused(project: Project, name: str) -> None:
    with pytest.raises(InvalidValueError, match="another name"):
        project.set_class(0, name=name)
    assert Project.open(project.folder).classes.name[0] == "chair"


def test_a_scan_of_another_project_is_still_told_apart(project: Project) -> None:
    document = make_document("three")
    project.set_class(0, name="armchair")
    other = document.classes.with_changed(0, name="sofa")
    with pytest.raises(InputError, match="another than in"):
        project.save(replace(document, classes=other))
