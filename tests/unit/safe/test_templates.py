"""What a template prints, what `inspect` finds, and how faults are told: through a real worker process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gemini_eval.errors import TemplateRefusedError
from gemini_eval.safe.templates import TemplateFacts, TemplateRenderer, TemplateSource


@pytest.fixture(scope="module")
def renderer() -> Iterator[TemplateRenderer]:
    with TemplateRenderer() as started:
        yield started


def inline(text: str) -> TemplateSource:
    return TemplateSource(text, "t.j2", Path("/"), Path("/"))


def in_file(root: Path, name: str, files: dict[str, str]) -> TemplateSource:
    """The template `name` of a folder that holds `files`, called as from the folder above it."""
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return TemplateSource(files[name], f"prompts/{name}", (root / name).parent, root)


def render(renderer: TemplateRenderer, text: str, **row: object) -> str:
    return renderer.render(inline(text), {}, [row])[0]


def refusal(renderer: TemplateRenderer, source: TemplateSource | str, **row: object) -> tuple[str, str, str, int, int | None]:
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.render(source if isinstance(source, TemplateSource) else inline(source), {}, [row])
    error = caught.value
    return error.reason, error.hint, error.path, error.line, error.row


# ---- what is printed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ x }}", "a"),
        ("{{ none }}|{{ true }}|{{ false }}|{{ 3 }}|{{ 2.50 }}", "|true|false|3|2.5"),
        ("{{ [1, none, '한'] }} {{ {'b': true, 'a': 1.0} }}", '[1, null, "한"] {"b": true, "a": 1.0}'),
        ("{{ 'a' ~ none ~ true ~ 1 }}", "atrue1"),
        ("{{ [none, 'x', true]|join('-') }}", "-x-true"),
        ("{{ none|upper }}{{ none|trim }}{{ 'ab'|upper }}", "AB"),
        ("{{ '<한국어 & \\n>'|tojson }}", '"<한국어 & \\n>"'),
        ("{{ {'b': 1, 'a': [2]}|tojson(indent=1) }}", '{\n "b": 1,\n "a": [\n  2\n ]\n}'),
        ("{{ '<a href=\"x\">' }} {{ '<a>'|e }} {{ '<a>'|e ~ '<b>' }}", '<a href="x"> &lt;a&gt; &lt;a&gt;<b>'),
        ("{{ o.items }} {{ o['items'] }} {{ o.get('y', 2) }}", "1 1 2"),
        ("{% for k, v in o.items() %}{{ k }}={{ v }}{% endfor %}", None),
        ("{% for k, v in o|items %}{{ k }}={{ v }};{% endfor %}", "items=1;"),
        ("  {% if true %}\nyes\n  {% endif %}\nend\n", "yes\nend"),
        ("{% for i in range(3) %}{{ loop.index }}{{ loop.cycle('a', 'b') }}{% endfor %}", "1a2b3a"),
        ("{% set n = namespace(t=0) %}{% for i in [1, 2] %}{% set n.t = n.t + i %}{% endfor %}{{ n.t }}", "3"),
        ("{% macro m(a) %}<{{ a }}>{% endmacro %}{{ m('x') }}", "<x>"),
        ("{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}", "<in>"),
        ("{{ missing|default('d') }}{{ missing is defined }}", "dfalse"),
        (
            "{{ 'a,b'.split(',')[1].upper() }} {{ 7 // 2 }} {{ 2 ** 10 }} {{ 'ab' * 2 }} {{ 7 % 4 }} {{ -3 }}",
            "B 3 1024 abab 3 -3",
        ),
        ("{{ [3, 1, 2]|sort|join }} {{ ['b', 'a']|map('upper')|list }} {{ 'aXa'|replace('a', 'b', 1) }}", '123 ["B", "A"] bXa'),
        ("{{ 'a\nb'|indent(2) }} {{ 'a long text'|truncate(9, leeway=0) }}", "a\n  b a..."),
        ("{% raw %}{{ x }}{% endraw %}{# gone #}", "{{ x }}"),
    ],
)
def test_prints(renderer: TemplateRenderer, text: str, expected: str | None) -> None:
    if expected is None:
        assert refusal(renderer, text, o={"items": 1})[0] == "'int' object is not callable"
    else:
        assert render(renderer, text, x="a", o={"items": 1}) == expected


_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["{{ x }}", "{% include '/etc/passwd' %}", "{# #}", "\r\n \u2028\x00\ufeff", "\n", "<&>'\"", "\\u0041 \\"]
)


@given(_TEXT)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_value_is_printed_exactly_and_never_rendered(renderer: TemplateRenderer, value: str) -> None:
    assert render(renderer, "{{ x }}", x=value) == value
    assert render(renderer, "a{{ x }}{% for c in [x] %}{{ c }}{% endfor %}b", x=value) == f"a{value}{value}b"


def test_rows_come_back_in_order_and_before_shared_values(renderer: TemplateRenderer) -> None:
    rows: list[dict[str, object]] = [{"n": n} if n % 2 else {"n": n, "who": "row"} for n in range(200)]
    expected = [f"{n} {'shared' if n % 2 else 'row'}" for n in range(200)]
    assert renderer.render(inline("{{ n }} {{ who }}"), {"who": "shared"}, rows) == expected
    assert renderer.render(inline("{{ n }}"), {}, []) == []


def test_prompts_larger_than_one_reply_all_come_back(renderer: TemplateRenderer) -> None:
    rows = [{"n": str(n), "x": "\x01" * 900_000} for n in range(12)]
    texts = renderer.render(inline("{{ n }}{{ x }}"), {}, rows)
    assert [(text[:-900_000], len(text)) for text in texts] == [(str(n), 900_000 + len(str(n))) for n in range(12)]


def test_more_templates_than_the_worker_keeps(renderer: TemplateRenderer) -> None:
    for _ in range(2):
        for n in range(150):
            assert render(renderer, f"{n} {{{{ x }}}}", x=1) == f"{n} 1"


# ---- includes ----------------------------------------------------------------------------------------------


def test_includes_are_relative_to_the_file_that_names_them(renderer: TemplateRenderer, tmp_path: Path) -> None:
    source = in_file(
        tmp_path,
        "a/main.j2",
        {
            "a/main.j2": "{% include 'parts/one.j2' %}|{% from '../lib.j2' import m %}{{ m(x) }}",
            "a/parts/one.j2": "1{% include 'two.j2' %}",
            "a/parts/two.j2": "2{{ x }}",
            "lib.j2": "{% macro m(v) %}<{{ v }}>{% endmacro %}",
        },
    )
    assert renderer.render(source, {}, [{"x": "한"}]) == ["12한|<한>"]
    assert renderer.inspect(source) == TemplateFacts(
        frozenset({"x"}), frozenset(), frozenset(), ("prompts/a/parts/one.j2", "prompts/a/parts/two.j2", "prompts/lib.j2")
    )


def test_a_template_may_extend_another(renderer: TemplateRenderer, tmp_path: Path) -> None:
    files = {
        "main.j2": "{% extends 'base.j2' %}{% block b %}{{ x }}{{ super() }}{% endblock %}",
        "base.j2": "[{% block b %}{{ y }}{% endblock %}]",
    }
    source = in_file(tmp_path, "main.j2", files)
    assert renderer.render(source, {}, [{"x": 1, "y": 2}]) == ["[12]"]
    assert renderer.inspect(source).variables == {"x", "y"}


@pytest.mark.parametrize("op", ["inspect", "render"])
def test_a_fault_in_an_include_is_told_with_its_path_and_line(renderer: TemplateRenderer, tmp_path: Path, op: str) -> None:
    source = in_file(tmp_path, "main.j2", {"main.j2": "a\n{% include 'part.j2' %}", "part.j2": "ok\n\n{{ x }"})
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.inspect(source) if op == "inspect" else renderer.render(source, {}, [{"x": 1}])
    assert (caught.value.reason, caught.value.path, caught.value.line) == ("unexpected '}'", "prompts/part.j2", 3)


def test_an_undefined_variable_in_an_include_is_told_with_its_path_and_line(renderer: TemplateRenderer, tmp_path: Path) -> None:
    source = in_file(tmp_path, "main.j2", {"main.j2": "a\n{% include 'part.j2' %}", "part.j2": "ok\n\n{{ citty }}"})
    told = '"citty" is not defined', 'did you mean "city"?', "prompts/part.j2", 3, 0
    assert refusal(renderer, source, city="Seoul") == told


def test_a_missing_include_is_told_where_it_is_named(renderer: TemplateRenderer, tmp_path: Path) -> None:
    source = in_file(tmp_path, "main.j2", {"main.j2": "a\n{% include 'prat.j2' %}", "part.j2": ""})
    told = "prat.j2: no such file", 'did you mean "part.j2"?', "prompts/main.j2", 2
    assert refusal(renderer, source) == (*told, 0)
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.inspect(source)
    assert (caught.value.reason, caught.value.hint, caught.value.path, caught.value.line) == told


# ---- faults ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "reason", "hint", "line"),
    [
        ("a\n{{ textt }}", '"textt" is not defined', 'did you mean "text"?', 2),
        ("{{ zzz }}", '"zzz" is not defined', "defined here: text, vars, list, range, namespace", 1),
        ("{{ vars.cty }}", 'an object has no key "cty"', 'did you mean "city"?', 1),
        ("{{ list[7] }}", "a list of 2 has no element 7", "elements are counted from 0", 1),
        ("{{ text.foo }}", 'a text has no "foo"', "", 1),
        ("{{ text.upper }}", "a function can't be printed: call it, with ()", "", 1),
        ("{{ range(3) }}", "a range can't be printed: end the expression with |list or |join(', ')", "", 1),
        ("{{ list|map('upper') }}", "a generator can't be printed: end the expression with |list or |join(', ')", "", 1),
        ("\n\n{% if text %}", None, "", 3),
        ("{{ text|uper }}", 'no filter is called "uper"', 'did you mean "upper"?', 1),
        ("{{ text is strin }}", 'no test is called "strin"', 'did you mean "string"?', 1),
        ("{{ 1 / 0 }}", "division by zero", "", 1),
        ("{% autoescape true %}{% endautoescape %}", "autoescape is not available in templates", "escape one value with |e", 1),
        ("{% include 'a' ignore missing %}", "ignore missing would hide a misspelt file name", "remove it", 1),
    ],
)
def test_faults(renderer: TemplateRenderer, text: str, reason: str | None, hint: str, line: int) -> None:
    told = refusal(renderer, text, text="x", vars={"city": "Seoul"}, list=["a", "b"])
    assert (reason or told[0], hint, "t.j2", line) == told[:4]


def test_the_first_row_that_fails_is_named(renderer: TemplateRenderer) -> None:
    rows: list[dict[str, object]] = [{"x": 1}] * 100 + [{"y": 1}] + [{}] * 3
    with pytest.raises(TemplateRefusedError) as caught:
        renderer.render(inline("{{ x }}"), {}, rows)
    assert (caught.value.reason, caught.value.row) == ('"x" is not defined', 100)


def test_what_data_hold_does_not_swell_a_reason(renderer: TemplateRenderer) -> None:
    reason, hint, *_ = refusal(renderer, "{{ o[k] }}", o={f"{n}" * 900: n for n in range(2000)}, k="k" * 1_000_000)
    assert (len(reason), reason[:30], len(hint)) == (501, 'an object has no key "kkkkkkkk', 776)
    assert refusal(renderer, r"{{ {'a': 1}['\ud800'] }}")[0] == 'an object has no key "\ufffd"'


def test_a_template_of_broken_text_is_refused(renderer: TemplateRenderer) -> None:
    assert refusal(renderer, "\ud800")[0].startswith("the template, or its path: cannot be written as JSON")


def test_a_template_that_does_not_compile_blames_no_row(renderer: TemplateRenderer) -> None:
    assert refusal(renderer, "{{ x")[4] is None


@pytest.mark.parametrize("value", ["\ud800", 2**70, {1: 2}, object()])
def test_a_value_that_is_no_json_is_refused(renderer: TemplateRenderer, value: object) -> None:
    reason, _, path, line, row = refusal(renderer, "{{ x }}", x=value)
    assert (reason.startswith("the case's values: cannot be written as JSON"), path, line, row) == (True, "t.j2", 0, 0)


# ---- inspect -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "variables", "vars_attributes", "optional"),
    [
        ("plain", "", "", ""),
        ("{{ a }}{{ b.c }}{{ range(2)|list }}", "a b", "", ""),
        ("{{ vars.x }}{{ vars['y z'] }}{{ vars[k] }}", "vars k", "x|y z", ""),
        ("{% set a = b %}{{ a }}{% for i in a %}{{ i }}{{ loop.index }}{% endfor %}", "b", "", ""),
        ("{% for city in cities %}{% endfor %}{{ city }}", "cities city", "", ""),
        ("{% if a is defined %}{{ a }}{% endif %}", "a", "", "a"),
        ("{% if a is defined %}{{ b }}{% else %}{{ a }}{% endif %}", "a b", "", ""),
        ("{% if a is not defined %}none{% else %}{{ a }}{% endif %}", "a", "", "a"),
        ("{% if a is undefined or not a %}-{% elif a %}+{% endif %}", "a", "", "a"),
        ("{{ a if a is defined and b else c }}", "a b c", "", "a"),
        ("{{ a|default('x') }}{{ b|d(c) }}", "a b c", "", "a b"),
        ("{{ a|default('x') }}{{ a }}", "a", "", ""),
        ("{{ vars.x|default('') }}{{ vars.y }}", "vars", "x|y", "vars.x"),
        ("{% if vars.x is defined %}{{ vars.x }}{% endif %}", "vars", "x", "vars.x"),
        ("{% if c %}{% set a = 1 %}{% endif %}{{ a }}", "a c", "", "a"),
        ("{% macro m(p) %}{{ p }}{{ q }}{% endmacro %}{{ m(1) }}", "q", "", ""),
        ("{% with a = 1 %}{{ a }}{% endwith %}{{ a }}", "a", "", ""),
    ],
)
def test_inspect(renderer: TemplateRenderer, text: str, variables: str, vars_attributes: str, optional: str) -> None:
    attributes = frozenset(vars_attributes.split("|")) - {""}
    expected = TemplateFacts(frozenset(variables.split()), attributes, frozenset(optional.split()), ())
    assert renderer.inspect(inline(text)) == expected


def test_inspect_knows_what_the_includer_sets(renderer: TemplateRenderer, tmp_path: Path) -> None:
    source = in_file(
        tmp_path,
        "main.j2",
        {
            "main.j2": "{% set title = 't' %}{% for e in shots %}{% include 'part.j2' %}{% endfor %}{% import 'lib.j2' as m %}",
            "part.j2": "{{ title }}{{ e.text }}{{ loop.index }}{{ tone|default('') }}{{ vars.city }}",
            "lib.j2": "{{ title }}",
        },
    )
    assert renderer.inspect(source) == TemplateFacts(
        frozenset({"shots", "tone", "vars", "title"}),
        frozenset({"city"}),
        frozenset({"tone"}),
        ("prompts/part.j2", "prompts/lib.j2"),
    )


def test_an_include_of_itself_is_inspected_once(renderer: TemplateRenderer, tmp_path: Path) -> None:
    text = "{{ node.name }}{% for node in node.children %}{% include 'main.j2' %}{% endfor %}"
    source = in_file(tmp_path, "main.j2", {"main.j2": text})
    assert renderer.inspect(source).variables == {"node"}
    tree = {"name": "a", "children": [{"name": "b", "children": [{"name": "c", "children": []}]}, {"name": "d", "children": []}]}
    assert renderer.render(source, {}, [{"node": tree}]) == ["abcd"]


# ---- the parent --------------------------------------------------------------------------------------------


def test_this_process_never_imports_jinja() -> None:
    code = (
        "import sys; from pathlib import Path; from gemini_eval.safe.templates import *\n"
        "with TemplateRenderer() as r: text = r.render(TemplateSource('{{ x }}', '', Path('/'), Path('/')), {}, [{'x': 1}])\n"
        "print(text, 'jinja2' in sys.modules)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert (done.stdout, done.stderr) == ("['1'] False\n", "")
