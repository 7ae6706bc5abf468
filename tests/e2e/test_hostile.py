"""Suites, templates, data and answers that mean harm: a documented status in good time, no traceback, nothing of theirs run."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.support.cli import Ended, gemini_eval

HEAD = "version: 1\nname: {name}\nmodels: {{answers: answer}}\n"
CASES = "cases: [{id: a, vars: {answer: a}}]\n"
ESCAPES = ("\x1b", "\x9b", "\x07", "\x08", "\u202e", "\u2066")
SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "work"
    path.mkdir()
    return path


def run(folder: Path, *arguments: str, status: int = 2, verb: str = "run") -> Ended:
    """Run to its end, within `SECONDS`, without a traceback or a raw escape."""
    begun = time.monotonic()
    ended = gemini_eval([verb, *arguments], folder)
    assert time.monotonic() - begun < SECONDS
    assert "Traceback" not in ended.stderr, ended.stderr
    for character in ESCAPES:
        assert character not in ended.stdout + ended.stderr
    assert ended.status == status, ended
    return ended


MISSHAPEN = {
    "empty": b"",
    "blank": b"\n\n  \n",
    "comment": b"# nothing but this\n",
    "list": b"- version: 1\n",
    "scalar": b"version 1\n",
    "number": b"7\n",
    "two_documents": b"version: 1\nname: a\n---\nversion: 1\nname: b\n",
    "unclosed": b"version: 1\nname: [a\n",
    "tabs": b"version: 1\n\tname: a\n",
    "tag": b"version: 1\nname: !!python/object/apply:os.system ['touch ran']\n",
    "own_tag": b"version: 1\nname: !env HOME\n",
    "twice": b"version: 1\nname: a\nname: b\n",
    "recursive": b"version: 1\nname: a\nvars: &v {again: *v}\n",
    "no_anchor": b"version: 1\nname: *nothing\n",
    "bomb": b"version: 1\nname: a\nx-0: &x0 [a, a, a, a, a, a, a, a, a]\n"
    + b"".join(b"x-%d: &x%d [%s]\n" % (n, n, b", ".join([b"*x%d" % (n - 1)] * 9)) for n in range(1, 9)),
    "merges": b"version: 1\nname: a\nx-0: &x0 {k: 1}\n"
    + b"".join(b"x-%d: &x%d {<<: [%s]}\n" % (n, n, b", ".join([b"*x%d" % (n - 1)] * 9)) for n in range(1, 9)),
    "deep": b"version: 1\nname: " + b"[" * 100_000 + b"\n",
    "deep_block": b"".join(b" " * n + b"a:\n" for n in range(2000)),
    "latin": "version: 1\nname: caf\u00e9\n".encode("latin-1"),
    "nul": b"version: 1\nname: a\x00b\n",
    "escape": b'version: 1\nname: "a"\nunknown\x1b[2Jkey: 1\n',
    "escaped": b'version: 1\nname: a\n"un\\e[2Jknown \\u202e": 1\n',
    "utf16": "version: 1\nname: a\n".encode("utf-16"),
    "binary": bytes(range(256)),
    "long_key": b"version: 1\nname: a\n" + b"k" * 100_000 + b": 1\n",
    "huge_number": b"version: 1\nname: a\nthreshold: " + b"9" * 10_000 + b"\n",
    "infinite": b"version: 1\nname: a\nthreshold: .inf\nparams: {temperature: .nan}\n",
}


def test_files_that_are_no_suite(folder: Path) -> None:
    for name, data in MISSHAPEN.items():
        (folder / f"{name}.yaml").write_bytes(data)
    ended = run(folder, *(f"{name}.yaml" for name in MISSHAPEN))
    untold = [name for name in MISSHAPEN if f"{name}.yaml" not in ended.stderr]
    assert untold == []
    assert not (folder / "ran").exists()
    assert not (folder / ".gemini-eval").exists()
    assert max(map(len, ended.stderr.splitlines())) < 2000


KEYS = (
    *("version", "name", "description", "task", "labels", "order", "answer", "prompts", "models", "param_sets", "variants"),
    *("params", "samples", "vars", "matrix", "data", "cases", "assert", "measure", "threshold", "gate", "extends", "include"),
)
WRONG = {
    "null": "null",
    "true": "true",
    "number": "7",
    "text": "'text'",
    "list": "[7, [], {}]",
    "map": "{a: {b: [7]}}",
    "empty": "{}",
}


def test_every_key_with_every_wrong_type(folder: Path) -> None:
    """One suite for each pair of a key and a kind of value; a few of them are sensible, the rest are told."""
    for key in KEYS:
        for kind, value in WRONG.items():
            lines = {"version": "1", "name": f"{key}_{kind}", "models": "{answers: answer}", "cases": "[{vars: {answer: a}}]"}
            text = "".join(f"{name}: {written}\n" for name, written in {**lines, key: value}.items())
            (folder / f"{key}_{kind}.yaml").write_text(text)
    ended = run(folder, *sorted(path.name for path in folder.glob("*.yaml")))
    assert ended.stderr.count("error: ") > 100
    assert not (folder / ".gemini-eval").exists()


def test_a_hundred_faults_at_once(folder: Path) -> None:
    asserts = "".join(f"  - contain{number}: a\n" for number in range(100))
    (folder / "suite.yaml").write_text(HEAD.format(name="faulty") + "assert:\n" + asserts + CASES)
    ended = run(folder, "suite.yaml")
    told = [line for line in ended.stderr.splitlines() if line.startswith("suite.yaml:")]
    assert [line.partition(": error")[0] for line in told] == [f"suite.yaml:{number}:5" for number in range(5, 105)]
    assert ended.stderr.endswith("100 errors; nothing was sent\n")


USES = ("prompts: {p: {template: %s}}", "prompts: {p: {text: a}}\ndata: {file: %s}", "prompts: {p: {text: a}}\nextends: %s")


def test_paths_do_not_leave_the_root(folder: Path) -> None:
    (folder.parent / "secret.txt").write_text("a secret")
    (folder / "link.j2").symlink_to(folder.parent / "secret.txt")
    (folder / "linked").symlink_to(folder.parent)
    os.mkfifo(folder / "pipe.j2")
    (folder / "folder.j2").mkdir()
    absolute = str(folder.parent / "secret.txt")
    outside = ("../secret.txt", absolute, "~/secret.txt", "$HOME/secret.txt", "link.j2", "linked/secret.txt")
    names = (*outside, "/dev/stdin", "/proc/self/environ", "pipe.j2", "folder.j2", "a\x00b", "CON", "")
    suites = []
    for number, name in enumerate(names):
        quoted = "'" + name.replace("\x00", "") + "'" if "\x00" not in name else '"a\\0b"'
        for use in USES:
            suites.append(f"s{number}-{len(suites)}.yaml")
            text = f"version: 1\nname: s{len(suites)}\nmodels: local:gemma-3-270m\n" + use % quoted + "\n"
            (folder / suites[-1]).write_text(text + ("" if "data" in use else "cases: [{vars: {}}]\n"))
    ended = run(folder, *suites)
    assert [name for name in suites if name not in ended.stderr] == []
    assert "a secret" not in ended.stdout + ended.stderr


BOMBS = {
    "constant": "{{ 'a' * 10 ** 9 }}",
    "loops": "{% for a in range(99999) %}{% for b in range(99999) %}x{% endfor %}{% endfor %}",
    "power": "{{ 9 ** (9 ** 9) }}",
    "self": "{% include 'self.j2' %}",
    "class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "attribute": "{{ answer|attr('__class__') }}",
    "globals": "{{ cycler.__init__.__globals__.os.system('touch ran') }}",
    "replace": "{{ ('a' * 1000)|replace('a', 'a' * 1000)|replace('a', 'a' * 1000) }}",
    "import": "{% import 'os' as os %}{{ os }}",
    "environment": "{{ environ }}{{ env.HOME }}",
    "undefined": "{{ answre }}",
}


def test_templates_that_mean_harm(folder: Path) -> None:
    for name, text in BOMBS.items():
        (folder / f"{name}.j2").write_text(text)
        suite = f"version: 1\nname: {name}\nmodels: local:gemma-3-270m\nprompts: {name}.j2\n" + CASES
        (folder / f"{name}.yaml").write_text(suite)
    left = set(BOMBS)
    while left:
        ended = run(folder, *(f"{name}.yaml" for name in sorted(left)), verb="render")
        told = {name for name in left if f"{name}.j2" in ended.stderr or f"{name}.yaml" in ended.stderr}
        assert told, (left, ended.stderr)
        left -= told
    assert not (folder / "ran").exists()
    assert not (folder / ".gemini-eval").exists()


def test_patterns_that_would_hang(folder: Path) -> None:
    answer = "a" * 50_000 + "!"
    rules = "assert:\n  - not: {regex: '^(a+)+$'}\n  - not: {regex: '(a|a)*b'}\n  - not: {regex: '^(a|aa)+$'}\n"
    cases = f"cases: [{{id: a, vars: {{answer: '{answer}'}}}}]\n"
    (folder / "suite.yaml").write_text(HEAD.format(name="patterns") + rules + cases)
    run(folder, "-q", "suite.yaml", status=0)


def test_escapes_never_reach_the_terminal(folder: Path) -> None:
    nasty = "\\e]0;title\\a\\e[2J\\x9b31m\\u202e\\u2066 ::error::x [bold]markup[/bold]"
    (folder / "suite.yaml").write_text(
        f"""
version: 1
name: escapes
description: "{nasty}"
models: {{"m{nasty}": {{answers: answer}}}}
labels: ["red{nasty}", white]
task: classification
assert: [{{name: "n{nasty}", contains: "{nasty}x"}}]
gate: ['pass_rate >= 0.5', {{tag: "t{nasty}", require: accuracy >= 0.5}}]
cases:
  - {{id: "id{nasty}", vars: {{answer: "{nasty}", "v{nasty}": "{nasty}"}}, expected: "red{nasty}", tags: ["t{nasty}"]}}
"""
    )
    ended = run(folder, "-v", "suite.yaml", "-o", "r.md", "-o", "r.junit.xml", status=1)
    assert not [line for line in ended.stdout.splitlines() if line.startswith("::")]
    for arguments in (["show"], ["show", "--grid"], ["list", "suite.yaml"], ["render", "suite.yaml"], ["plan", "suite.yaml"]):
        other = gemini_eval(arguments, folder)
        assert other.status == 0, other
        assert not [character for character in ESCAPES if character in other.stdout + other.stderr], arguments
    assert "\x1b" not in (folder / "r.md").read_text()
    assert "\x1b" not in (folder / "r.junit.xml").read_text()


def test_escapes_in_the_names_of_files(folder: Path) -> None:
    (folder / "rows\x1b[2J\u202e.csv").write_text("id,answer\na\n")
    (folder / "suite.yaml").write_text(HEAD.format(name="names") + "assert: [contains: a]\ndata: {glob: '*.csv'}\n")
    ended = run(folder, "suite.yaml")
    assert "rows" in ended.stderr


ROWS = {
    "latin.csv": "id,answer\na,caf\u00e9\n".encode("latin-1"),
    "nul.csv": b"id,answer\na,b\x00c\n",
    "long.csv": b"id,answer\na," + b"x" * 60_000_000 + b"\n",
    "deep.jsonl": b'{"answer": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n",
    "digits.jsonl": b'{"answer": ' + b"9" * 100_000 + b"}\n",
    "surrogate.jsonl": b'{"answer": "\\ud800"}\n',
    "infinite.jsonl": b'{"answer": 1e999}\n',
    "empty.csv": b"",
    "header.csv": b"id,answer\n",
    "empty.jsonl": b"\n\n",
    "empty.json": b"",
    "object.json": b'{"a": 1}',
}


def test_data_that_means_harm(folder: Path) -> None:
    for name, data in ROWS.items():
        (folder / name).write_bytes(data)
        suite = HEAD.format(name=name.replace(".", "_")) + f"assert: [contains: a]\ndata: {name}\n"
        (folder / f"{name}.yaml").write_text(suite)
    ended = run(folder, *(f"{name}.yaml" for name in ROWS))
    assert [name for name in ROWS if name not in ended.stderr] == []
    assert len(ended.stderr) < 50_000
