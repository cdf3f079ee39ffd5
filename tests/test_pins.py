"""That the pins hold on each machine and with each Python that the README names."""

import re
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements"
VERSIONS = ("3.11", "3.12", "3.13")
MARKERS_THAT_DIFFER = ("sys_platform", "platform_machine", "python_version")


def machine_markers():
    """Return what the markers of requirements see on each machine and with each Python."""
    machines = {
        ("linux", "Linux", "posix"): ["x86_64", "aarch64"],
        ("darwin", "Darwin", "posix"): ["arm64"],
        ("win32", "Windows", "nt"): ["AMD64"],
    }
    return [
        {"sys_platform": platform, "platform_system": system, "os_name": os_name}
        | {"platform_machine": machine, "python_version": version}
        | {"python_full_version": f"{version}.0", "implementation_name": "cpython"}
        | {"platform_python_implementation": "CPython"}
        for (platform, system, os_name), names in machines.items()
        for machine in names
        for version in VERSIONS
    ]


def wanted(file):
    """Return what a file of requirements asks for, with the files that it names."""
    found = []
    for line in file.read_text().splitlines():
        if line.startswith("-r "):
            found += wanted(file.parent / line.removeprefix("-r "))
        elif line and not line.startswith(("#", "-c ")):
            found.append(Requirement(line))
    return found


def pins():
    lines = (REQUIREMENTS / "constraints.txt").read_text().splitlines()
    found = [Requirement(line) for line in lines if not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in found}


def depends(name):
    """Return what a package asks for; of one that is not installed here nothing is known."""
    try:
        return [Requirement(text) for text in metadata.requires(name) or []]
    except metadata.PackageNotFoundError:
        return []


def needed(markers):
    """Return the name of each package that one machine needs, as far as they are installed here."""
    seen, ahead = set(), [(requirement, "") for requirement in wanted(REQUIREMENTS / "cpu.txt")]
    while ahead:
        requirement, extra = ahead.pop()
        if requirement.marker and not requirement.marker.evaluate({**markers, "extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        new = {(name, of_its_own) for of_its_own in ("", *requirement.extras)} - seen
        seen |= new
        ahead += [(asked, of_its_own) for _, of_its_own in new for asked in depends(name)]
    return {name for name, _ in seen}


@pytest.mark.parametrize(
    "markers",
    machine_markers(),
    ids=lambda markers: "-".join(markers[key] for key in MARKERS_THAT_DIFFER),
)
def test_every_package_that_a_machine_needs_is_pinned(markers):
    # The Makefile pins setuptools, since it is also what builds `aelib`. PyTorch pins its own CUDA.
    exempt = re.compile(r"setuptools$|nvidia-|cuda-|triton$")
    names = needed(markers)
    assert not [name for name in names - pins().keys() if not exempt.match(name)]
    assert {"tensorflow", "torch", "jupyter-book"} <= names


def test_every_pin_installs_with_the_first_release_of_each_python():
    """A distribution may hold an early one: a pin that needs a later patch release fails there."""
    refused = [
        f"{name} {version}: {asked}"
        for name in pins()
        for version in VERSIONS
        if (asked := requires_python(name))
        and not SpecifierSet(asked).contains(f"{version}.0", prereleases=True)
    ]
    assert not refused


def requires_python(name):
    try:
        return metadata.metadata(name)["Requires-Python"]
    except metadata.PackageNotFoundError:
        return None


def test_package_script_and_runners_name_the_same_versions():
    classifiers = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text())
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    runners = workflow["jobs"]["library"]["strategy"]["matrix"]["include"]
    assert tuple(classifiers) == VERSIONS
    assert {runner["python"] for runner in runners} == set(VERSIONS)
    assert {runner["machine"].split("-")[0] for runner in runners} == {"ubuntu", "macos"}
    assert " | ".join(VERSIONS) in (ROOT / "tools" / "virtual_environment.sh").read_text()
