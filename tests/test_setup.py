"""What `make setup` decides: which interpreter, and which build of PyTorch."""

import itertools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools import torch_index

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tools" / "virtual_environment.sh"
SHELL = shutil.which("sh")

# It answers the script's questions as an interpreter of another version would, which may lack a
# module. As `-m venv` it copies itself to where the environment's own interpreter would be.
INTERPRETER = """#!{shell}
case "$1 $2" in
    "-c "*) exec {python} -c "import sys
sys.version_info = (*map(int, '{version}'.split('.')), 0)
sys.modules.update(dict.fromkeys('{without}'.split()))
exec(sys.argv[1])" "$2" ;;
    "-m venv") echo "{name} $*" >> {log}
        for folder in "$@"; do :; done
        {mkdir} -p "$folder/bin" && {cp} "$0" "$folder/bin/python" ;;
    "-m tools.torch_index") {index} ;;
    *) echo "{name} $*" >> {log} ;;
esac
"""


class Machine:
    """A folder with the interpreters that a machine has on its PATH, and what they were asked."""

    def __init__(self, folder):
        self.bin = folder / "bin"
        self.environment = folder / "environment"
        self.log = folder / "log"
        self.bin.mkdir()

    def add(self, name, version, without="", index="echo --extra-index-url there"):
        interpreter = self.bin / name
        tools = {tool: shutil.which(tool) for tool in ("mkdir", "cp")}
        text = INTERPRETER.format(
            shell=SHELL, python=sys.executable, log=self.log, index=index, **tools,
            name=name, version=version, without=without,
        )  # fmt: skip
        interpreter.write_text(text)
        interpreter.chmod(0o755)
        return interpreter

    def run(self, *command):
        env = {"PATH": str(self.bin)}
        return subprocess.run(
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )

    def make_environment(self, named=""):
        return self.run(SHELL, str(SCRIPT), str(self.environment), str(named))

    def asked(self):
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


@pytest.mark.parametrize(
    ("present", "chosen"),
    [
        ({"python3.12": "3.12", "python3.11": "3.11", "python3": "3.12"}, "python3.11"),
        ({"python3.13": "3.13", "python3.12": "3.12", "python3": "3.13"}, "python3.12"),
        ({"python3.13": "3.13", "python3": "3.11"}, "python3.13"),
        ({"python3": "3.11", "python": "3.12"}, "python3"),
        ({"python3": "3.14", "python": "3.12"}, "python"),
        ({"python3.11": "3.10", "python3": "3.13"}, "python3"),
    ],
    ids=["3.11 first", "then 3.12", "then 3.13", "bare names last", "python", "a wrong name"],
)
def test_the_first_interpreter_that_fits_makes_the_environment(machine, present, chosen):
    for name, version in present.items():
        machine.add(name, version)
    finished = machine.make_environment()
    assert finished.returncode == 0, finished.stderr
    assert machine.asked() == [f"{chosen} -m venv --clear {machine.environment}"]


def test_a_name_that_leads_nowhere_is_passed_over(machine):
    machine.add("python3.13", "3.13")
    for name, text in {
        "python3.11": f"#!{SHELL}\nexit 127\n",
        "python3.12": "#!/nowhere\n",
    }.items():
        (machine.bin / name).write_text(text)
        (machine.bin / name).chmod(0o755)
    assert machine.make_environment().returncode == 0
    assert machine.asked()[0].startswith("python3.13 -m venv")


@pytest.mark.parametrize(
    ("present", "here"),
    [
        ({}, ""),
        ({"python3": "3.9", "python": "2.7"}, "; here python3 is 3.9, python is 2.7"),
    ],
    ids=["none at all", "others"],
)
def test_where_none_fits_it_says_what_is_needed_and_how_to_name_one(machine, present, here):
    for name, version in present.items():
        machine.add(name, version)
    finished = machine.make_environment()
    assert finished.returncode == 1
    assert finished.stderr == (
        f"No Python found that fits: the course needs Python 3.11, 3.12 or 3.13{here}.\n"
        "Install one of them, or name one: make book PYTHON=/path/to/python3.12\n"
    )
    assert not machine.environment.exists()


def test_a_named_interpreter_comes_first(machine):
    machine.add("python3.11", "3.11")
    folder = machine.bin / "a folder"
    folder.mkdir()
    named = machine.add("a folder/mine", "3.12")
    assert machine.make_environment(named).returncode == 0
    assert machine.asked() == [f"a folder/mine -m venv --clear {machine.environment}"]


@pytest.mark.parametrize(
    ("version", "is_what"),
    [("3.10", "is Python 3.10"), ("3.14", "is Python 3.14"), ("", "cannot be run")],
)
def test_a_named_interpreter_that_does_not_fit_is_an_error(machine, version, is_what):
    machine.add("python3.11", "3.11")
    if version:
        machine.add("mine", version)
    finished = machine.make_environment("mine")
    assert finished.returncode == 1
    assert (
        finished.stderr == f"PYTHON=mine {is_what}; the course needs Python 3.11, 3.12 or 3.13.\n"
    )
    assert machine.asked() == []


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_an_interpreter_that_cannot_make_environments_is_named_with_the_remedy(machine, module):
    machine.add("python3.12", "3.12", without=module)
    finished = machine.make_environment()
    assert finished.returncode == 1
    assert "sudo apt install python3.12-venv" in finished.stderr
    machine.add("python3.13", "3.13")
    assert machine.make_environment().returncode == 0
    assert machine.asked()[0].startswith("python3.13 -m venv")


def test_an_environment_keeps_its_python_until_another_is_named(machine):
    machine.add("python3.12", "3.12")
    machine.make_environment()
    machine.add("python3.11", "3.11")
    for named in ("", "python3.12"):
        assert machine.make_environment(named).returncode == 0
    assert [line.split()[0] for line in machine.asked()] == ["python3.12"]
    machine.make_environment("python3.11")
    assert [line.split()[0] for line in machine.asked()] == ["python3.12", "python3.11"]


@pytest.mark.parametrize(("version", "without"), [("3.10", ""), ("3.12", "pip")])
def test_an_environment_that_is_old_or_has_no_pip_is_made_again(machine, version, without):
    machine.add("python3.11", "3.11")
    (machine.environment / "bin").mkdir(parents=True)
    machine.add("../environment/bin/python", version, without=without)
    assert machine.make_environment().returncode == 0
    assert machine.asked() == [f"python3.11 -m venv --clear {machine.environment}"]


def make(machine, target, **variables):
    for tool in ("sh", "touch", "awk"):
        (machine.bin / tool).symlink_to(shutil.which(tool))
    values = [f"{name}={value}" for name, value in variables.items()]
    return machine.run(shutil.which("make"), target, *values)


def test_make_asks_for_the_build_of_pytorch_and_installs_it(machine):
    machine.add("python3.12", "3.12")
    finished = make(machine, "setup", VENV=machine.environment)
    assert finished.returncode == 0, finished.stderr
    installed = [line for line in machine.asked() if "pip install" in line]
    assert "--extra-index-url there -r requirements/cpu.txt" in installed[0]
    assert all("index" not in line for line in installed[1:])
    assert (machine.environment / ".current").exists()


def test_make_installs_nothing_where_the_question_fails(machine):
    machine.add("python3.12", "3.12", index="exit 1")
    assert make(machine, "setup", VENV=machine.environment).returncode != 0
    assert not [line for line in machine.asked() if "pip install" in line]


def test_the_environment_for_a_gpu_gets_the_build_for_a_gpu(machine):
    machine.add("python3.11", "3.11")
    made = f"{machine.environment}-gpu-torch/.current"
    finished = make(machine, made, VENV=machine.environment, FRAMEWORK="torch")
    assert finished.returncode == 0, finished.stderr
    assert any("requirements/gpu-torch.txt" in line for line in machine.asked())
    assert not any("index" in line for line in machine.asked())


def test_make_helps_without_python(machine):
    finished = make(machine, "help")
    assert finished.returncode == 0
    assert re.search(r"^book {8}build", finished.stdout, re.MULTILINE)
    assert "\t" not in finished.stdout


@pytest.mark.parametrize(
    ("system", "driver", "configured"),
    list(itertools.product(["Linux", "Darwin", "Windows"], [True, False], [True, False])),
)
def test_the_index_of_the_cpu_build_is_asked_only_on_linux_without_driver_and_settings(
    system, driver, configured
):
    options = torch_index.options(system, driver=driver, configured=configured)
    wanted = system == "Linux" and not driver and not configured
    assert options == (["--extra-index-url", torch_index.CPU_INDEX] if wanted else [])


@pytest.mark.parametrize(
    "settings",
    [
        "global.index-url='https://mirror.example/simple'",
        "global.extra-index-url='https://mirror.example/simple'",
        "install.find-links='/wheels'",
        "global.timeout='60'\n:env:.index-url='https://mirror.example/simple'\n",
        ":env:.extra-index-url='https://mirror.example/simple'",
        ":env:.no-index='1'",
    ],
)
def test_settings_that_name_a_source_are_seen(settings):
    assert torch_index.names_a_source(settings)


@pytest.mark.parametrize(
    "settings",
    [
        "",
        "global.timeout='60'\nglobal.cert='/certificates'\nglobal.proxy='http://proxy.example'",
        "download.index-url='https://mirror.example/simple'",
        "reinstall.index-url='https://mirror.example/simple'",
        ":env:.extra-index-url=''",
        "global.trusted-host='index-url=x'",
    ],
)
def test_settings_that_name_no_source_are_not(settings):
    assert not torch_index.names_a_source(settings)


@pytest.fixture
def unconfigured(monkeypatch):
    """Take away whatever this machine tells pip."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)


def test_pip_itself_is_asked_for_its_settings(unconfigured, monkeypatch):
    assert not torch_index.is_configured()
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://mirror.example/simple")
    assert torch_index.is_configured()


def test_settings_that_pip_cannot_read_count_as_settings(unconfigured, monkeypatch, tmp_path):
    broken = tmp_path / "pip.conf"
    broken.write_text("no section\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(broken))
    assert torch_index.is_configured()


@pytest.mark.parametrize(
    "mark",
    [
        "proc/driver/nvidia/version",
        "dev/nvidia0",
        "dev/nvidiactl",
        "usr/lib/wsl/lib/nvidia-smi",
        "bin/nvidia-smi",
    ],
)
def test_each_mark_of_an_nvidia_driver_is_seen(monkeypatch, tmp_path, mark):
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert not torch_index.has_driver(tmp_path)
    file = tmp_path / mark
    file.parent.mkdir(parents=True)
    file.touch(mode=0o755)
    assert torch_index.has_driver(tmp_path)
