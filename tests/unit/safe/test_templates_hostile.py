"""Templates that mean harm: each is refused with its reason in time, and the renderer goes on."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gemini_eval.errors import RunError, TemplateRefusedError
from gemini_eval.safe.template_process import TemplateProcess, WorkerLostError, resident_bytes
from gemini_eval.safe.templates import TemplateLimits, TemplateRenderer, TemplateSource

SECONDS = 0.5
"""The deadline in these tests: they wait for it often, and what they prove does not depend on its length."""

FORBIDDEN = "may not be used in a template"
TOO_LONG = f"the template takes longer than {SECONDS} s"
TOO_DEEP = "the template is nested, or calls or includes itself, too deeply"
SLOW_OR_LARGE = "needs more than 256 MiB of memory|takes longer"
TOO_LARGE = "the prompt is larger than 1,048,576 bytes"
MEMORY = "the template needs more than 256 MiB of memory"

# what is tried: (template, what the reason must say; alternatives separated by |, since time or memory may run out first)
HOSTILE = {
    "power": ("{{ 9 ** (9 ** 9) }}", "would make a number of"),
    "power of a power": ("{{ (10 ** 200) ** 200 }}", "would make a number of"),
    "float power": ("{{ 10.0 ** 400 }}", "out of range"),
    "multiply text": ("{{ 'a' * 10**9 }}", "would make a text or list of length"),
    "multiply a list": ("{{ [0] * 10**9 }}", "would make a text or list of length"),
    "multiply in a condition": ("{% if 'a' * 10**10 %}{% endif %}", "would make a text or list of length"),
    "add in a loop": (
        "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "would make a text or list of length",
    ),
    "join in a loop": (
        "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        SLOW_OR_LARGE,
    ),
    "nested lists": (
        "{% set n = namespace(x=['a']) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
        f"{MEMORY}|{TOO_LONG}|{TOO_DEEP}",
    ),
    "nested ranges": (
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
        TOO_LONG,
    ),
    "huge range": ("{{ range(10**12)|list }}", "Range too big"),
    "huge output": (
        "{% for i in range(99999) %}{{ 'aaaaaaaaaaaaaaaaaaaa' }}{% endfor %}",
        "the prompt is larger than 1,048,576 bytes",
    ),
    "huge output, wide characters": (
        "{% for i in range(99999) %}한국어한{% endfor %}",
        "the prompt is larger than 1,048,576 bytes",
    ),
    "huge output in a macro": (
        "{% macro m() %}{% for i in range(99999) %}{{ x * 9999 }}{% endfor %}{% endmacro %}{{ m() }}",
        SLOW_OR_LARGE,
    ),
    "huge output in a set": (
        "{% set y %}{% for i in range(99999) %}{{ x * 9999 }}{% endfor %}{% endset %}",
        SLOW_OR_LARGE,
    ),
    "huge output in a filter": (
        "{% filter upper %}{% for i in range(99999) %}{{ x * 9999 }}{% endfor %}{% endfilter %}",
        SLOW_OR_LARGE,
    ),
    "huge source": ("a" * 300_000, "the template is larger than 262,144 bytes"),
    "lipsum": ("{{ lipsum(n=100000) }}", '"lipsum" is not defined'),
    "cycler": ("{{ cycler('a').next() }}", '"cycler" is not defined'),
    "joiner": ("{{ joiner(',') }}", '"joiner" is not defined'),
    "dict": ("{{ dict(a=1) }}", '"dict" is not defined'),
    "classes of a text": ("{{ ''.__class__.__mro__[1].__subclasses__() }}", FORBIDDEN),
    "classes by key": ("{{ ''['__class__']['__mro__'] }}", FORBIDDEN),
    "classes by map": ("{{ ['a']|map(attribute='__class__')|list }}", FORBIDDEN),
    "classes by groupby": ("{{ [{'a': 1}]|groupby('__class__') }}", FORBIDDEN),
    "classes by concatenation": ("{{ ''['__cl' ~ 'ass__'] }}", FORBIDDEN),
    "globals of a macro": ("{% macro m() %}{% endmacro %}{{ m.__globals__ }}", 'a Macro has no "__globals__"'),
    "environment by self": ("{{ self._TemplateReference__context.environment }}", FORBIDDEN),
    "environment by loop": ("{% for i in [1] %}{{ loop._undefined }}{% endfor %}", FORBIDDEN),
    "globals of range": ("{{ range.__globals__ }}", FORBIDDEN),
    "init of namespace": ("{{ namespace.__init__.__globals__['os'].environ }}", FORBIDDEN),
    "frame of a generator": ("{% set g = ['a']|map('upper') %}{{ g.gi_frame.f_back }}", FORBIDDEN),
    "format": ("{{ '{0.__class__}'.format(1) }}", FORBIDDEN),
    "format_map": ("{{ '{a.__class__}'.format_map({'a': 1}) }}", FORBIDDEN),
    "wide format": ("{{ '%999999999d' % 1 }}", "formatting text with % is not available"),
    "format filter": ("{{ '%999999999d'|format(1) }}", 'no filter is called "format"'),
    "format by map": ("{{ ['%9999999d']|map('format', 1)|list }}", "No filter named 'format'"),
    "attr filter": ("{{ ''|attr('__class__') }}", 'no filter is called "attr"'),
    "wide method": ("{{ 'a'.ljust(10**10) }}", FORBIDDEN),
    "encode": ("{{ 'a'.encode('utf-32') }}", FORBIDDEN),
    "replace chain": ("{{ x" + "|replace('a', 'a' * 99)" * 9 + " }}", "replace would make"),
    "replace methods": ("{{ x" + ".replace('a', 'a' * 999)" * 9 + " }}", MEMORY),
    "batch": ("{{ [1]|batch(10**10, 'x')|list }}", MEMORY),
    "slice": ("{{ [1]|slice(10**10)|list }}", SLOW_OR_LARGE),
    "indent": ("{{ 'a\nb'|indent(10**9) }}", "indent: width is between 0 and 100"),
    "tojson indent": ("{{ [1]|tojson(indent=10**9) }}", "tojson: indent is between 0 and 16"),
    "round": ("{{ 1.5|round(10**8, 'ceil') }}", f"{TOO_LONG}|int too large"),
    "xmlattr": ("{{ {'a': 1}|xmlattr }}", 'no filter is called "xmlattr"'),
    "urlize": ("{{ 'a'|urlize }}", 'no filter is called "urlize"'),
    "wordwrap": ("{{ 'a'|wordwrap(1) }}", 'no filter is called "wordwrap"'),
    "center": ("{{ 'a'|center(10**9) }}", 'no filter is called "center"'),
    "random": ("{{ [1]|random }}", 'no filter is called "random"'),
    "macro recursion": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", TOO_DEEP),
    "macro recursion, twice each": (
        "{% macro m(n) %}{% if n %}{{ m(n-1) }}{{ m(n-1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        TOO_LONG,
    ),
    "loop recursion": ("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", TOO_DEEP),
    "block recursion": ("{% block b %}{{ self.b() }}{% endblock %}", TOO_DEEP),
    "deep parentheses": ("{{ " + "(" * 50_000 + "1" + ")" * 50_000 + " }}", TOO_DEEP),
    "deep lists": ("{{ " + "[" * 50_000 + "]" * 50_000 + " }}", TOO_DEEP),
    "deep calls": ("{{ x" + ".a" * 50_000 + " }}", f"{TOO_DEEP}|{TOO_LONG}"),
    "deep nots": ("{{ " + "not " * 50_000 + "1 }}", TOO_DEEP),
    "deep sums": ("{{ 1" + " + 1" * 50_000 + " }}", f"{TOO_DEEP}|{TOO_LONG}"),
    "deep blocks": ("{% if 1 %}" * 20_000 + "{% endif %}" * 2_000, "too deeply|Unexpected end of template"),
    "deep loops": (
        "{% for i in [1] %}" * 40 + "{% endfor %}" * 40,
        "nested too deeply: too many statically nested",
    ),
    "long digits": ("{{ " + "9" * 200_000 + " }}", "Exceeds the limit"),
    "append to a row": ("{{ row.list.append(9) }}", FORBIDDEN),
    "update a row": ("{{ row.update({'x': 1}) }}", FORBIDDEN),
    "set on a row": ("{% set row.x = 1 %}", "cannot assign attribute on non-namespace object"),
    "do": ("{% do row.clear() %}", "unknown tag 'do'"),
    "misspelt variable": ("{{ xx }}", '"xx" is not defined'),
    "include of a system file": ("{% include '/etc/passwd' %}", "an absolute path"),
    "include above the root": ("{% include '../outside.txt' %}", "leads outside"),
    "include above the root, hidden": ("{% include 'folder/../../outside.txt' %}", "leads outside"),
    "include through a link": ("{% include 'link.txt' %}", "leads outside"),
    "include of a folder": ("{% include 'folder' %}", "is a folder, not a file"),
    "include of a pipe": ("{% include 'pipe' %}", "is a pipe, not a file"),
    "include of a device": ("{% include '/dev/zero' %}", "an absolute path"),
    "include by a value": ("{% include x %}", "the name of an included file must be quoted text"),
    "include from a list": ("{% include ['a', 'b'] %}", "the name of an included file must be quoted text"),
    "include of itself": ("{% include 'self.j2' %}", TOO_DEEP),
    "include of a huge file": ("{% include 'huge.txt' %}", "more than the limit of 262,144"),
    "include of bytes": ("{% include 'bytes.bin' %}", "is not UTF-8"),
    "import of a system file": ("{% import '/etc/passwd' as p %}{{ p }}", "an absolute path"),
    "import through a link": ("{% from 'link.txt' import m %}", "leads outside"),
    "import by a value": ("{% import x as p %}", "the name of an included file must be quoted text"),
    "extends above the root": ("{% extends '../outside.txt' %}", "leads outside"),
    "extends itself": ("{% extends 'extends.j2' %}", TOO_DEEP),
    "half a surrogate": ("{{ '\\ud800' }}", "half of a surrogate pair"),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("suite") / "root"
    (root / "folder").mkdir(parents=True)
    (root.parent / "outside.txt").write_text("secret")
    (root / "link.txt").symlink_to(root.parent / "outside.txt")
    (root / "self.j2").write_text("{% include 'self.j2' %}")
    (root / "extends.j2").write_text("{% extends 'extends.j2' %}")
    (root / "huge.txt").write_text("a" * 300_000)
    (root / "bytes.bin").write_bytes(b"\xff\xfe")
    os.mkfifo(root / "pipe")
    return root


@pytest.fixture(scope="module")
def renderer() -> Iterator[TemplateRenderer]:
    with TemplateRenderer(TemplateLimits(deadline_s=SECONDS)) as started:
        yield started


def inline(text: str, root: Path = Path("/")) -> TemplateSource:
    return TemplateSource(text, "t.j2", root, root)


def still_renders(renderer: TemplateRenderer) -> bool:
    return renderer.render(inline("good {{ x }}"), {}, [{"x": 1}]) == ["good 1"]


@pytest.mark.parametrize("name", HOSTILE)
def test_is_refused_in_time_with_its_reason(renderer: TemplateRenderer, root: Path, name: str) -> None:
    text, reason = HOSTILE[name]
    assert still_renders(renderer)
    started = time.monotonic()
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.render(inline(text, root), {"x": "aaaa"}, [{"row": {"list": [1]}}])
    assert time.monotonic() - started < SECONDS + 0.5
    assert any(part in caught.value.reason for part in reason.split("|")), caught.value.reason
    assert still_renders(renderer)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name.startswith(("include", "import", "extends", "deep p"))])
def test_inspecting_is_as_safe(renderer: TemplateRenderer, root: Path, name: str) -> None:
    try:
        renderer.inspect(inline(HOSTILE[name][0], root))
    except TemplateRefusedError as error:
        assert "secret" not in error.reason
    assert still_renders(renderer)


# ---- overruns ----------------------------------------------------------------------------------------------

SLOW = "{% if x == 5 %}{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}{% endif %}{{ x }}"


def test_the_row_that_overruns_is_named_and_the_template_refused_for_good(renderer: TemplateRenderer) -> None:
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.render(inline(SLOW), {}, [{"x": n} for n in range(9)])
    assert (caught.value.reason, caught.value.row) == (TOO_LONG, 5)
    started = time.monotonic()
    with pytest.raises(TemplateRefusedError, match="takes longer"):
        renderer.render(inline(SLOW), {}, [{"x": 1}])
    with pytest.raises(TemplateRefusedError, match="takes longer"):
        renderer.inspect(inline(SLOW))
    assert time.monotonic() - started < SECONDS
    assert still_renders(renderer)


def test_rows_that_are_only_slow_together_are_all_rendered() -> None:
    text = "{% for a in range(49999) %}{% set b = a * a + 1 %}{% endfor %}{{ x }}"
    with TemplateRenderer(TemplateLimits(deadline_s=0.5)) as renderer:
        assert renderer.render(inline(text), {}, [{"x": n} for n in range(24)]) == [str(n) for n in range(24)]


def test_the_row_that_exhausts_memory_is_named(renderer: TemplateRenderer) -> None:
    text = "{% if x == 3 %}{{ 'a'" + ".replace('a', 'a' * 999)" * 9 + " }}{% endif %}{{ x }}"
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.render(inline(text), {}, [{"x": n} for n in range(9)])
    assert (caught.value.reason, caught.value.row) == (MEMORY, 3)
    assert still_renders(renderer)


def test_a_row_of_50_mb_is_refused_at_once(renderer: TemplateRenderer) -> None:
    rows = [{"x": "a"}, {"x": "a" * 50_000_000}]
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.render(inline("{{ x }}"), {}, rows)
    assert caught.value.reason == "the case's values take 50,000,008 bytes as JSON; the most is 8,388,608"
    assert caught.value.row == 1
    assert still_renders(renderer)


def test_large_rows_go_through_full_pipes() -> None:
    rows = [{"x": "한" * 300_000, "n": n} for n in range(12)]
    with TemplateRenderer() as patient:
        assert patient.render(inline("{{ x }}{{ n }}"), {}, rows) == ["한" * 300_000 + str(n) for n in range(12)]


def test_rows_can_not_reach_each_other(renderer: TemplateRenderer) -> None:
    text = "{% set n = namespace(shared) %}{% set n.a = x %}{% set shared = {'a': x} %}{{ shared.a }}{{ n.a }}"
    rows = [{"x": n} for n in range(3)]
    assert renderer.render(inline(text), {"shared": {"a": "before"}}, rows) == ["00", "11", "22"]
    assert renderer.render(inline("{{ shared.a }}"), {"shared": {"a": "before"}}, rows) == ["before"] * 3


# ---- the process -------------------------------------------------------------------------------------------


def test_the_worker_sees_no_environment_and_ends_with_its_input() -> None:
    process = TemplateProcess(TemplateLimits())
    pid = process._process.pid
    source = b'{"text":"{{ a }}","path":"","folder":"/","root":"/","fenced":false}'
    request = b'{"op":"inspect","forget":[],"template":1,"source":%b}' % source
    assert process.ask(request, 10) == b'{"facts":{"variables":["a"],"vars_attributes":[],"optional":[],"includes":[]}}'
    assert (os.getsid(pid), os.getsid(0)) == (pid, os.getsid(0))
    assert process._process.stdin is not None
    process._process.stdin.close()
    assert process._process.wait(10) == 0
    process.stop()


@pytest.mark.parametrize(
    ("number", "cause", "detail"),
    [(signal.SIGKILL, "memory", ""), (signal.SIGXCPU, "deadline", ""), (signal.SIGSEGV, "crash", "exit status -11")],
)
def test_a_worker_that_the_system_ends_says_why(number: signal.Signals, cause: str, detail: str) -> None:
    code = (
        "import os, signal\n"
        "def frame(): os.read(0, int.from_bytes(os.read(0, 4), 'big'))\n"
        "frame(); os.write(1, b'\\0\\0\\0\\2{}'); frame()\n"
        f"signal.signal({int(number)}, signal.SIG_DFL) if {int(number)} != 9 else None; os.kill(os.getpid(), {int(number)})"
    )
    process = TemplateProcess(TemplateLimits(), (sys.executable, "-c", code))
    with pytest.raises(WorkerLostError) as caught:
        process.ask(b"{}", 10)
    assert (caught.value.cause, caught.value.detail) == (cause, detail)


def test_memory_is_watched_where_the_system_does_not_limit_it() -> None:
    code = (
        "import os\n"
        "def frame(): os.read(0, int.from_bytes(os.read(0, 4), 'big'))\n"
        "frame(); os.write(1, b'\\0\\0\\0\\2{}'); frame()\n"
        "held = []\n"
        "while len(held) < 200: held.append(b'x' * 2_000_000)\n"
        "os.read(0, 1)"
    )
    process = TemplateProcess(TemplateLimits(memory_bytes=100 << 20), (sys.executable, "-c", code))
    started = time.monotonic()
    with pytest.raises(WorkerLostError) as caught:
        process.ask(b"{}", 20)
    assert caught.value.cause == "memory"
    assert time.monotonic() - started < 15
    assert resident_bytes(os.getpid()) > 1 << 20


def test_a_worker_that_can_not_start_is_no_fault_of_the_template() -> None:
    process = TemplateProcess(TemplateLimits(), (sys.executable, "-c", "raise SystemExit(1)"))
    with pytest.raises(RunError, match="the template worker ended at its start"):
        process.ask(b"{}", 10)


def test_closing_twice_is_fine_and_rendering_starts_anew() -> None:
    renderer = TemplateRenderer()
    assert still_renders(renderer)
    renderer.close()
    renderer.close()
    assert still_renders(renderer)
    renderer.close()
