"""The documentation answers to the program: its commands run and print what it shows, its suites load, its links lead somewhere.

The commands answer from the recordings beside this file, on any machine; those of the pages about Gemini ask the stand-in server
by the script beside it. GEMINI_EVAL_UPDATE_SNAPSHOTS=1 writes the outputs on the pages anew; with GEMINI_EVAL_RECORD_DOCS=1 the
embedded model is asked first and the recordings are written anew too.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from gemini_eval.cli.main import VERBS, cli
from gemini_eval.errors import GeminiEvalError, InputError
from gemini_eval.metrics import METRICS
from gemini_eval.reports import REPORTS
from gemini_eval.reports.comparison_details import facts_of_variant
from gemini_eval.runs.recording import write_recording
from gemini_eval.safe.template_filters import FILTERS
from gemini_eval.safe.templates import TemplateRenderer
from gemini_eval.safe.yaml_reader import read_yaml
from gemini_eval.suites.load import LoadOptions
from gemini_eval.suites.params import PARAMETERS
from gemini_eval.suites.wire import LATER, SuiteWire
from gemini_eval.suites.workspace import read_workspace
from gemini_eval.verbs.prepare import prepare
from tests.docs.blocks import Block, Command, abridged, anchors, blocks, commands, edited, links, session, swapped
from tests.standin import StandIn, read_script
from tests.support.cli import ROOT, clean_environment, gemini_eval, scrub
from tests.support.steps import git
from tests.unit.reports.compared import compared, held

HERE = Path(__file__).parent
UPDATE = os.environ.get("GEMINI_EVAL_UPDATE_SNAPSHOTS") == "1"
RECORD = os.environ.get("GEMINI_EVAL_RECORD_DOCS") == "1"
FRONT = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
PAGES = (*FRONT, *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))
SESSIONS = ("README.md", "docs/writing-a-suite.md")
ASKED = ("docs/gemini.md", "docs/cache.md", "docs/comparing.md", "docs/sentiment.md")
OWN = (*SESSIONS, *ASKED, "CONTRIBUTING.md", "SECURITY.md", "docs/suite-language.md", "docs/architecture.md", "docs/ci.md")
REPLAYED = {"GEMINI_EVAL_RECORDINGS_ONLY": "1"}
REPLAYING = "import functools, gemini_eval\ngemini_eval.run = functools.partial(gemini_eval.run, recordings_only=True)\n"
MOST_COLUMNS = 120


# ---- commands ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", SESSIONS)
def test_commands_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    text = (ROOT / page).read_text()
    if RECORD:
        played(text, folder_of(page, tmp_path / "asked"), {})
        keep_answers(tmp_path / "asked", page)
    folder = folder_of(page, tmp_path / "replayed")
    found = played(text, folder, REPLAYED)
    if UPDATE:
        (ROOT / page).write_text(found)
    assert found == (ROOT / page).read_text()


@pytest.mark.parametrize("page", ASKED)
def test_commands_that_ask_gemini_print_what_the_page_shows(page: str, tmp_path: Path) -> None:
    """The stand-in server is the developer API; Google's credentials are looked for nowhere else than in the environment."""
    text = (ROOT / page).read_text()
    script = read_script((HERE / "standin" / f"{Path(page).stem}.json").read_bytes())
    with StandIn(script) as server:
        access = {"GEMINI_API_KEY": "a-key-for-the-stand-in", "GOOGLE_GEMINI_BASE_URL": server.url, "NO_GCE_CHECK": "true"}
        if script.oracle.rate is not None:
            access["GEMINI_EVAL_JOBS"] = "1"  # its answers to one text differ by the order in which they are asked
        found = played(text, folder_of(page, tmp_path / "asked"), access)
    if UPDATE:
        (ROOT / page).write_text(found)
    assert found == (ROOT / page).read_text()


@pytest.mark.model
def test_the_first_commands_of_the_readme_run_on_the_embedded_model(tmp_path: Path) -> None:
    page = (ROOT / "README.md").read_text()
    first = next(block for block in blocks(page) if block.kind == "run")
    (command, *_) = commands(first.text)
    folder = folder_of("README.md", tmp_path / "asked")
    ended = gemini_eval([*shlex.split(command.line)[1:], "-n", "4"], folder)
    assert ended.status == 0, ended.stderr
    assert "local:gemma-3-270m" in ended.stdout


def folder_of(page: str, folder: Path) -> Path:
    """Where a page's commands run: for the README a repository with these suites, for a tutorial an empty folder; for the page
    about comparing a new repository with a table of wines."""
    folder.mkdir(parents=True)
    if page == "README.md":
        for name in ("specs", "templates"):
            shutil.copytree(ROOT / name, folder / name)
        shutil.copy(ROOT / "gemini-eval.yaml", folder)
        for words in (["init"], ["add", "."], ["commit", "--message", "Suites"]):
            assert git(words, folder).status == 0
    if page == "docs/comparing.md":
        shutil.copy(ROOT / "specs" / "data" / "wine.csv", folder)
        assert git(["init"], folder).status == 0
    recording = recording_of(page)
    if recording.exists():
        (folder / "recordings").mkdir(exist_ok=True)
        shutil.copy(recording, folder / "recordings" / "answers.jsonl")
    return folder


def recording_of(page: str) -> Path:
    return HERE / "recordings" / f"{Path(page).stem.lower()}.jsonl"


def keep_answers(folder: Path, page: str) -> None:
    """Everything that the page's runs were answered, as its recording."""
    recording_of(page).parent.mkdir(exist_ok=True)
    write_recording(sorted((folder / ".gemini-eval" / "runs").glob("2*/answers.jsonl")), recording_of(page))


def played(page: str, folder: Path, environment: Mapping[str, str]) -> str:
    """The page with what its commands print now."""
    kept: dict[str, str] = {}
    pieces, at = [], 0
    for block in blocks(page):
        if block.kind == "file":
            write(folder, block.name, block.text)
        elif block.kind in ("change", "break"):
            before = (folder / block.name).read_text()
            if block.kind == "break":
                kept.setdefault(block.name, before)
            write(folder, block.name, edited(before, block.text))
        elif block.kind == "run":
            for note in block.notes:
                name, old, new = note.removeprefix("break: ").split(" | ")
                before = (folder / name).read_text()
                kept.setdefault(name, before)
                write(folder, name, swapped(before, old, new))
            done = [run(command, folder, environment) for command in commands(block.text)]
            pieces += [page[at : block.start], session(done)]
            at = block.end
            for name, text in kept.items():
                write(folder, name, text)
            kept.clear()
    return "".join([*pieces, page[at:]])


def write(folder: Path, name: str, text: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(command: Command, folder: Path, environment: Mapping[str, str]) -> Command:
    """One command line: `gemini-eval …` or `git …`; `; echo $?` at its end prints the exit status."""
    status = command.line.endswith("; echo $?")
    words = shlex.split(command.line.removesuffix("; echo $?"))
    assert words[0] in {"gemini-eval", "git"}, command.line
    ended = git(words[1:], folder) if words[0] == "git" else gemini_eval(words[1:], folder, environment)
    assert "Traceback" not in ended.stderr, ended.stderr
    shown = f"{ended.status}\n" if status else ""
    return Command(command.line, abridged(steady(ended.stderr + ended.stdout, folder) + shown, command.output))


def steady(text: str, folder: Path) -> str:
    """The output without what differs between two equal runs; what stands there instead still looks like it."""
    named = re.sub(r"\bRUN-([\w+-]+)", r"20260131t093000Z-\1-5f2c1a", scrub(text, folder))
    timed = re.sub(r"\bin [\d,]+ ms\b", "in 240 ms", named.replace("MOMENT", "2026-01-31 09:30 UTC"))
    timed = re.sub(r"\b(main|working tree) [0-9a-f]{7}\b", r"\1 1a2b3c4", timed)
    timed = re.sub(r"(20260131t093000Z-\S+ +)\d{4}-\d\d-\d\d\b", r"\g<1>2026-01-31", timed)
    return re.sub(r"\b\d+\.\d KB\b", "32.8 KB", timed).replace("FOLDER", "/home/you/suites")


# ---- Python ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", SESSIONS)
def test_python_on_a_page_runs(page: str, tmp_path: Path) -> None:
    """Where the page's files are, answered from its recording."""
    text = (ROOT / page).read_text()
    folder = folder_of(page, tmp_path / "work")
    for block in blocks(text):
        if block.kind == "file":
            write(folder, block.name, block.text)
        elif block.kind == "python":
            program = [sys.executable, "-P", "-c", REPLAYING + block.text]
            ended = subprocess.run(program, cwd=folder, env=clean_environment(folder), capture_output=True, check=False)
            assert ended.returncode == 0, ended.stderr.decode()


# ---- commands that are only named ------------------------------------------------------------------------------


@pytest.mark.parametrize("page", OWN)
def test_every_command_that_is_named_exists(page: str) -> None:
    """Each `gemini-eval VERB --flag` in a block of commands that is not run, or after `run:` in YAML."""
    unknown = []
    begin = {"sh": "gemini-eval ", "yaml": "run: gemini-eval "}
    for block in blocks((ROOT / page).read_text()):
        if block.lang in begin and block.kind not in ("run", "file"):
            known = begin[block.lang]
            lines = [line for line in block.text.splitlines() if known in line and not line.lstrip().startswith("#")]
            unknown += [problem for line in lines for problem in problems(line.partition("gemini-eval ")[2].partition("#")[0])]
    assert unknown == []


def problems(arguments: str) -> list[str]:
    verb, *rest = shlex.split(arguments)
    if verb not in VERBS:
        return [f"no verb {verb}"] if not verb.startswith("-") else []
    command = cli.get_command(click.Context(cli), verb)  # type: ignore[attr-defined]  # a group
    while isinstance(command, click.Group):
        verb = f"{verb} {rest[0]}"
        command = command.get_command(click.Context(command), rest.pop(0))
    if command is None:
        return [f"no verb {verb}"]
    known = {name for parameter in command.params for name in parameter.opts} | {"--help"}
    return [f"{verb} has no {word}" for word in rest if word.startswith("-") and word.partition("=")[0] not in known]


# ---- suites --------------------------------------------------------------------------------------------------


def yaml_blocks() -> list[Any]:
    found = [(page, block) for page in OWN for block in blocks((ROOT / page).read_text()) if block.lang == "yaml"]
    return [pytest.param(block, id=f"{page}:{block.line}") for page, block in found if block.kind not in ("file", "unchecked")]


@pytest.mark.parametrize("block", yaml_blocks())
def test_yaml_on_a_page_is_valid(block: Block, tmp_path: Path) -> None:
    """A suite, a workspace file (`# gemini-eval.yaml`), or some keys of a suite, then laid over `base.yaml` beside this file."""
    shutil.copytree(HERE / "files", tmp_path, dirs_exist_ok=True)
    if block.text.startswith("# gemini-eval.yaml"):
        (tmp_path / "gemini-eval.yaml").write_text(block.text)
        read_workspace(tmp_path / "gemini-eval.yaml")
        return
    (tmp_path / "suite.yaml").write_text(whole(block.text))
    assert faults_of(tmp_path / "suite.yaml") == []


def whole(text: str) -> str:
    """The fragment with those keys of the base that it does not write itself."""
    own = read_yaml(text, path="block")
    assert isinstance(own, dict)
    if own.keys() & {"version", "extends"}:
        return text
    base = (HERE / "files" / "base.yaml").read_text()
    taken = own.keys() | ({"cases"} if "data" in own else set())
    parts = [part for part in base.split("\n\n") if part.partition(":")[0] not in taken]
    return "\n".join([*parts, text])


def faults_of(path: Path) -> list[str]:
    with TemplateRenderer() as renderer:
        try:
            prepare([path], LoadOptions(), renderer)
        except InputError as error:
            return [f"{fault.place}: {fault.reason} ({fault.hint})" for fault in error.faults if fault.severity == "error"]
    return []


# ---- lists that the program has too ----------------------------------------------------------------------------


def test_the_language_names_every_key_parameter_filter_and_later_word() -> None:
    words = set(re.findall(r"[\w+]+", (ROOT / "docs" / "suite-language.md").read_text()))
    keys = {field.alias or name for name, field in SuiteWire.model_fields.items()}
    aliases = {"d", "count", "escape", "items"}  # other names of default, length, e; and what dicts have anyway
    assert sorted((keys | PARAMETERS.keys() | set(FILTERS) | LATER.keys()) - words - aliases) == []


def test_the_readme_counts_and_names_what_there_is() -> None:
    text = (ROOT / "README.md").read_text()
    assert f"{len(METRICS)} [metrics]" in text
    endings = [ending for report in REPORTS for ending in report.EXTENSIONS[:1]]
    assert [ending for ending in endings if f"`{ending}`" not in text] == []


def test_every_table_of_exit_statuses_has_them_all() -> None:
    statuses = {error.exit_status for error in _errors(GeminiEvalError)} | {0, 1, 3, 4, 130}
    for page in ("README.md", "docs/comparing.md", "docs/ci.md"):
        table = re.search(r"\n\| status \|[^\n]*\n((?:\|[^\n]*\n)+)", (ROOT / page).read_text())
        assert table, page
        assert re.findall(r"^\| (\d+) \|", table[1], re.MULTILINE) == [str(status) for status in sorted(statuses)], page


def test_the_reason_of_a_stop_is_quoted_as_it_is_printed() -> None:
    stopped = compared(held(54, 3, 2, 1, rounds=4, stopped="futile"))
    told = dict(facts_of_variant(stopped))["tested"].rpartition("; ")[2]
    assert f'stops too ("{told}").' in " ".join((ROOT / "docs/comparing.md").read_text().split())


def _errors(kind: type[GeminiEvalError]) -> list[type[GeminiEvalError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _errors(child))]


# ---- links and lines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    broken = []
    for link in links(path.read_text()):
        file, _, fragment = link.partition("#")
        if "://" in file or file.startswith("mailto:"):
            continue
        target = (path.parent / file).resolve() if file else path
        if not target.exists() or (fragment and fragment not in anchors(target.read_text())):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", OWN)
def test_lines_fit(page: str) -> None:
    lines = (ROOT / page).read_text().splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > MOST_COLUMNS] == []
