"""The set-up scripts and the files they rely on: what can be asked of them without installing anything."""

import ast
import fcntl
import importlib.util
import json
import os
import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
PORT_THAT_NOBODY_HAS = "1"


def library(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "bin" / "lib"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    return importlib.import_module(name)


def script(name: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "bin" / name), *arguments],
        env=os.environ | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# --- The files


def test_every_setting_of_the_environment_is_in_the_example_and_nothing_else() -> None:
    tree = ast.parse((ROOT / "geoportal" / "settings.py").read_text())
    read = {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) in ("env", "os.environ")
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and not str(node.args[0].value).startswith("_")
    }
    scripts = [path for path in (ROOT / "bin").rglob("*") if path.suffix in ("", ".py") and path.is_file()]
    for path in [*scripts, *(ROOT / "tests").rglob("*.py")]:
        read |= set(re.findall(r'environ(?:\.get\(|\[)"([A-Z_]+)"', path.read_text()))
        read |= set(re.findall(r'env\.get\("([A-Z_]+)"', path.read_text()))
    read -= {"PATH", "CI", "PYTEST_XDIST_WORKER"}
    told = set(re.findall(r"^# ?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert read == told


def test_requirements_are_pinned_with_hashes_and_name_no_index() -> None:
    pins = (ROOT / "requirements.txt").read_text()
    packages = re.findall(r"^([a-z0-9][a-z0-9._-]*(?:\[[a-z,]+\])?)(.*)$", pins, re.MULTILINE)
    assert packages
    assert [name for name, rest in packages if not rest.startswith("==")] == []
    assert pins.count("--hash=sha256:") > len(packages)
    assert not re.search(r"https?://|--(extra-)?index-url|--find-links", pins)


def test_there_is_one_database_driver() -> None:
    pins = (ROOT / "requirements.txt").read_text()
    assert "psycopg2==" in pins
    assert not re.search(r"^psycopg(-|==|\[)", pins, re.MULTILINE)


def test_every_requirement_says_what_it_is_for_and_is_pinned() -> None:
    pins = (ROOT / "requirements.txt").read_text().lower()
    for line in (ROOT / "requirements.in").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        requirement, _, reason = line.partition("#")
        assert reason.strip(), f"{requirement} does not say what for"
        name = re.split(r"[\[<>=!~ ;]", requirement.strip())[0].lower()
        assert f"\n{name}==" in f"\n{pins}", f"{name} is not in requirements.txt: compile it again"


def test_npm_lock_has_no_addresses_and_agrees_with_package_json() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    package = json.loads((ROOT / "package.json").read_text())
    assert [name for name, entry in lock["packages"].items() if "resolved" in entry] == []
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)
    wanted = package["dependencies"] | package["devDependencies"]
    assert {name: lock["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_no_registry_and_no_content_network_is_named_in_what_we_ship() -> None:
    hosts = ("pypi" + ".org", "npmjs" + ".", "unpkg" + ".com", "jsdelivr" + ".net", "cdnjs" + ".")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    guilty = [
        f"{name}: {host}"
        for name in listed.splitlines()
        if (ROOT / name).is_file() and (ROOT / name).stat().st_size < 1_000_000
        for host in hosts
        if host.encode() in (ROOT / name).read_bytes()
    ]
    assert guilty == []


def test_every_module_of_the_kernel_is_named_in_the_import_contract() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contracts = config["tool"]["importlinter"]["contracts"]
    named = set(re.findall(r"geoportal\.\w+", str(contracts)))
    modules = {f"geoportal.{path.stem}" for path in (ROOT / "geoportal").glob("*.py")}
    modules -= {
        "geoportal.__init__",
        "geoportal.settings",
        "geoportal.wsgi",
    }  # name apps by strings, or nothing
    assert modules - named == set()


# --- The scripts


@pytest.mark.parametrize("name", ["setup", "serve", "test"])
def test_script_tells_how_it_is_used(name: str) -> None:
    done = script(name, "--help")
    assert done.returncode == 0
    assert f"bin/{name}" in done.stdout or "PORT=8000" in done.stdout


def test_setup_refuses_what_it_does_not_know() -> None:
    done = script("setup", "--fast")
    assert done.returncode == 2
    assert "--stop" in done.stdout


@pytest.mark.parametrize("port", ["", "http", "0", "70000"])
def test_serve_refuses_a_port_that_is_none(port: str) -> None:
    done = script("serve", PORT=port)
    assert done.returncode == 1
    assert "a number from 1 to 65535" in done.stderr


def test_serve_says_so_when_another_program_has_the_port() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = script("serve", PORT=str(port))
    assert done.returncode == 1
    assert f"PORT={port + 10} bin/serve" in done.stderr


def test_serve_says_so_when_this_clone_is_served_already() -> None:
    path = ROOT / ".local" / f"serve-{PORT_THAT_NOBODY_HAS}.lock"
    with path.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4711")
        held.flush()
        done = script("serve", PORT=PORT_THAT_NOBODY_HAS)
    path.unlink()
    assert done.returncode == 0
    assert "already served" in done.stdout
    assert "4711" in done.stdout


def test_without_root_or_sudo_the_exact_commands_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    system, base = library("system", monkeypatch), library("base", monkeypatch)
    monkeypatch.setattr(system, "missing", lambda **_: ["postgresql-N-postgis-3", "libpq-dev"])
    monkeypatch.setattr(system, "_right_to_install", lambda: None)
    monkeypatch.setattr(system.shutil, "which", lambda name: f"/usr/bin/{name}")
    with pytest.raises(base.SetupError) as told:
        system.ensure_packages(server=True, tests=False)
    command = r"sudo apt-get install --no-install-recommends postgresql-\d+-postgis-3 libpq-dev"
    assert re.search(command, str(told.value))


def test_without_apt_the_missing_things_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    system, base = library("system", monkeypatch), library("base", monkeypatch)
    monkeypatch.setattr(system, "missing", lambda **_: ["postgresql-N-postgis-3", "gettext"])
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(base.SetupError, match="PostgreSQL 15 or newer with PostGIS 3, gettext"):
        system.ensure_packages(server=True, tests=False)


def test_missing_tools_are_found_out_without_asking_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    system = library("system", monkeypatch)
    monkeypatch.setenv("PATH", "/nowhere")
    wanted = system.missing(server=False, tests=False)
    assert {"gcc", "libpq-dev", "gettext", "binutils"} <= set(wanted)


# --- The parts


def test_a_step_is_done_once_for_each_state_and_again_when_it_broke_off(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = library("base", monkeypatch)
    monkeypatch.setattr(base, "LOCAL", tmp_path)
    (tmp_path / "stamps").mkdir()
    done: list[str] = []

    def breaks() -> None:
        raise KeyboardInterrupt

    assert base.once("step", "a", lambda: done.append("a"))
    assert not base.once("step", "a", lambda: done.append("a again"))
    with pytest.raises(KeyboardInterrupt):
        base.once("step", "b", breaks)
    assert base.once("step", "b", lambda: done.append("b"))
    assert done == ["a", "b"]


def test_generated_environment_is_private_and_survives_a_shell(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = library("base", monkeypatch)
    monkeypatch.setattr(base, "LOCAL", tmp_path)
    values = base.new_secrets() | {"ODD": "a b'c$d#e"}
    base.write_env(values)
    path = tmp_path / "env"
    assert path.stat().st_mode & 0o077 == 0
    assert base.read_env(path) == values
    shell = subprocess.run(
        ["sh", "-c", f'. {path}; printf %s "$ODD"'], capture_output=True, text=True, check=True, env={}
    )
    assert shell.stdout == values["ODD"]


def test_env_file_with_a_broken_line_is_refused_by_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = library("base", monkeypatch)
    path = tmp_path / ".env"
    path.write_text("# fine\nPORT=8010\nOFFICE_NAME='Kantor\n")
    with pytest.raises(base.SetupError, match="line 3"):
        base.read_env(path)


def test_the_owner_of_one_database_is_not_used_for_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    base = library("base", monkeypatch)
    monkeypatch.setattr(base, "LOCAL", tmp_path)
    monkeypatch.setattr(base, "ROOT", tmp_path)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    base.write_env({"DATABASE_URL": "postgis:///own", "DATABASE_OWNER_URL": "postgis://owner@/own"})
    monkeypatch.setenv("DATABASE_URL", "postgis:///own")
    assert base.environment()["DATABASE_OWNER_URL"] == "postgis://owner@/own"
    monkeypatch.setenv("DATABASE_URL", "postgis://db.example/other")
    assert "DATABASE_OWNER_URL" not in base.environment()


def test_cluster_knows_its_own_addresses_and_keeps_its_socket_path_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cluster = library("cluster", monkeypatch)
    assert cluster.holds(cluster.url(cluster.APP, "mine"))
    assert not cluster.holds("postgis://sakpore_app@db.example/sakpore")
    monkeypatch.setattr(cluster, "HOME", Path("/home") / ("x" * 100))
    assert len(f"{cluster.socket_dir()}/.s.PGSQL.5432") < cluster.MAX_SOCKET_PATH


@pytest.mark.parametrize(("megabytes", "buffers"), [(512, 128), (4096, 512), (65536, 2048)])
def test_the_cluster_takes_a_share_of_the_machines_memory(
    monkeypatch: pytest.MonkeyPatch, megabytes: int, buffers: int
) -> None:
    assert f"\nshared_buffers = {buffers}MB\n" in library("cluster", monkeypatch).config(megabytes)


def test_a_child_that_keeps_dying_ends_all(monkeypatch: pytest.MonkeyPatch) -> None:
    children, base = library("children", monkeypatch), library("base", monkeypatch)
    dies = children.Child("The dying one", [sys.executable, "-c", "raise SystemExit(7)"], dict(os.environ))
    lives = children.Child("The other", ["sleep", "60"], dict(os.environ))
    monkeypatch.setattr(children.signal, "signal", lambda *_: None)
    restarts: list[int] = []
    with pytest.raises(base.SetupError, match=r"The dying one ended 3 times .*code: 7"):
        children.supervise([lives, dies], before_restart=lambda: restarts.append(1), started=lambda: True)
    assert len(restarts) == 2
    assert lives.ended() is not None
