"""The documents tell the truth about what is there."""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from dashboard.cli import COMMANDS
from geodata.export import EXPORTS
from geodata.sources import SOURCES

ROOT = Path(__file__).parents[1]


def tool(name: str) -> ModuleType:
    """A script of `tools/` as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_data_model_is_written_from_the_schema() -> None:
    assert text("docs/data-model.md") == tool("write_data_model").document()


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_that_can_be_read_is_documented(name: str) -> None:
    assert f"`{name}`" in text("docs/adding-a-source.md")


@pytest.mark.parametrize("name", EXPORTS)
def test_every_export_is_documented(name: str) -> None:
    assert f"`{name}`" in text("docs/command-line.md")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    assert f"conflictmap {name}" in text("docs/command-line.md")


def test_every_direct_dependency_has_a_reason() -> None:
    project = tomllib.loads(text("pyproject.toml"))["project"]
    for requirement in project["dependencies"]:
        name = re.split(r"[\[<>=]", requirement)[0]
        assert f"**{name}**" in text("docs/architecture.md"), name


def test_readme_has_both_commands_and_its_picture_is_there() -> None:
    readme = text("README.md")
    assert ".venv/bin/pip install -q -e . && .venv/bin/conflictmap\n" in readme
    assert ".venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m pytest\n" in readme
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", readme)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_no_link_inside_the_documents_is_broken() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)[^)]*\)", document.read_text("utf-8")):
            assert (document.parent / target).exists(), f"{document.name} links to {target}"
