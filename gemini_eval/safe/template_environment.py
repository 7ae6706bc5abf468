"""The sandboxed Jinja environment of one template. Only the worker process imports this.

Differences from stock Jinja, for people who write templates:
- a line that holds only a tag leaves nothing behind (`trim_blocks`, `lstrip_blocks`); one newline at the end is dropped;
- nothing is escaped; values print as `template_filters.text_of` says, also in `~` and `|join`;
- `row.items` means the key `items` where the object has one;
- includes, imports and `extends` take a quoted name, relative to the file that says it, inside the suite's root.
"""

from __future__ import annotations

import sys
from os.path import join as join_parts
from os.path import normpath, realpath, relpath
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, nodes, pass_context
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateRuntimeError
from jinja2.runtime import BlockReference, Context, LoopContext, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range
from jinja2.utils import Namespace, missing

from gemini_eval.errors import TemplateRefusedError, did_you_mean
from gemini_eval.safe.fence import fenced
from gemini_eval.safe.files import read_text, resolve
from gemini_eval.safe.template_filters import FILTERS, MAX_LENGTH, TESTS, text_of

MAIN = "<template>"
_MAX_BITS = 1024
Reference: TypeAlias = nodes.Include | nodes.Import | nodes.FromImport | nodes.Extends
_ENGINE_TYPES = (Namespace, LoopContext, TemplateModule, TemplateReference, BlockReference)
_LIST_METHODS = frozenset({"count", "index"})
_GROUP_FIELDS = ("grouper", "list")  # of the pairs that |groupby makes
_METHODS: dict[type, frozenset[str]] = {
    list: _LIST_METHODS,
    tuple: _LIST_METHODS,
    dict: frozenset({"get", "items", "keys", "values"}),
    str: frozenset(
        (
            *("capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal"),
            *("isdigit", "islower", "isnumeric", "isspace", "istitle", "isupper", "join", "lower", "lstrip", "partition"),
            *("removeprefix", "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit", "rstrip", "split"),
            *("splitlines", "startswith", "strip", "swapcase", "title", "upper"),
        )
    ),
}


class MissingValueError(TemplateRuntimeError):
    """A name, key or element that is not there. `owner` is what it was looked up in, unless it is a `variable`."""

    def __init__(self, name: object, owner: object, variable: bool) -> None:
        self.name, self.owner, self.variable = name, owner, variable
        super().__init__(f'"{name}" is not defined')


class _Missing(StrictUndefined):
    """An undefined value that raises MissingValueError with its name when it is used."""

    __slots__ = ()

    @property
    def _undefined_message(self) -> str:
        name, owner = self._undefined_name, self._undefined_obj
        if self._undefined_hint or self._undefined_exception is SecurityError:
            return self._undefined_hint or f'"{name}" may not be used in a template'
        variable = owner is missing
        raise MissingValueError(name, owner, variable)


class _FileLoader(BaseLoader):
    """Reads a file whose path `TemplateEnvironment.join_path` has resolved."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
        assert isinstance(environment, TemplateEnvironment)
        return read_text(Path(template), max_bytes=environment.source_bytes), template, None


@pass_context  # with a context argument Jinja can't print constants at compile time, outside the output limit
def _print(_context: Context, value: object) -> str:
    return text_of(value)


@pass_context
def _print_fenced(_context: Context, value: object) -> str:
    """Numbers can say nothing to a judge; any other value is data between marks."""
    text = text_of(value)
    return text if isinstance(value, int | float) else fenced(text)


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """`path` is how messages call the template; `folder` and `root` are where its includes start and end. `fenced`: values are
    printed between marks (`fence.py`)."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})  # also keeps them from being folded at compile time

    def __init__(self, path: str, folder: Path, root: Path, source_bytes: int, *, fenced: bool = False) -> None:
        super().__init__(
            loader=_FileLoader(),
            undefined=_Missing,
            finalize=_print_fenced if fenced else _print,
            autoescape=False,
            optimized=False,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self.path, self.folder, self.root, self.source_bytes = path, folder, root, source_bytes
        self.filters, self.tests = dict(FILTERS), dict(TESTS)
        self.globals = {"range": safe_range, "namespace": Namespace}

    def compile_main(self, text: str) -> Template:
        code = self.compile(text, MAIN, MAIN)
        return Template.from_code(self, code, self.make_globals(None))

    def join_path(self, template: str, parent: str) -> str:
        """The resolved path of an include. Raises FileRefusedError where it is outside the root, missing or not a file."""
        base = self.folder if parent == MAIN else Path(parent).parent
        return str(resolve(template, base=base, root=self.root))

    def shown_path(self, name: str | None) -> str:
        """How messages call a template: as the suite calls it, or an include beside it."""
        if name is None or name == MAIN:
            return self.path
        if not self.path:
            return relpath(name, realpath(self.root))
        return normpath(join_parts(Path(self.path).parent, relpath(name, realpath(self.folder))))

    def handle_exception(self, source: str | None = None) -> NoReturn:
        """Let the error that is being handled pass as it is; the worker finds the line itself."""
        error = sys.exc_info()[1]
        assert error is not None
        raise error

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, _ENGINE_TYPES):
            return super().is_safe_attribute(obj, attr, value)
        return attr in _METHODS.get(type(obj), ()) or (isinstance(obj, tuple) and attr in _GROUP_FIELDS)

    def unsafe_undefined(self, obj: Any, attribute: str) -> Any:
        return self.undefined(f'"{attribute}" may not be used in a template', name=attribute, obj=obj, exc=SecurityError)

    def wrap_str_format(self, value: Any) -> None:
        """No `str.format`: it is refused with the other methods that are not in the list."""
        return

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "%" and isinstance(left, str):
            raise SecurityError("formatting text with % is not available in templates: write {{ a }} {{ b }}, or a ~ b")
        if operator in ("+", "*", "**"):
            _refuse_large(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        if len(source.encode()) > self.source_bytes:
            raise TemplateRefusedError(f"the template is larger than {self.source_bytes:,} bytes", path=self.shown_path(name))
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            self._check(node, name)
        return tree

    def _check(self, node: nodes.Node, name: str | None) -> None:
        """Refuse what a prompt template may not hold, and let `~` join values as they print."""
        reason = hint = ""
        if isinstance(node, nodes.Concat):
            node.nodes = [self._as_text(part) for part in node.nodes]
        elif isinstance(node, nodes.Filter | nodes.Test):
            reason, hint = self._unknown(node)
        elif isinstance(node, Reference):
            reason, hint = _bad_reference(node)
        elif isinstance(node, nodes.EvalContextModifier):
            reason, hint = "autoescape is not available in templates", "escape one value with |e"
        if reason:
            raise TemplateRefusedError(reason, hint, path=self.shown_path(name), line=node.lineno)

    def _as_text(self, node: nodes.Expr) -> nodes.Expr:
        return nodes.Filter(node, "string", [], [], None, None, lineno=node.lineno, environment=self)

    def _unknown(self, node: nodes.Filter | nodes.Test) -> tuple[str, str]:
        kind, known = ("filter", self.filters) if isinstance(node, nodes.Filter) else ("test", self.tests)
        if node.name in known:
            return "", ""
        return f'no {kind} is called "{node.name}"', did_you_mean(node.name, known) or f"{kind}s: {', '.join(sorted(known))}"


def _bad_reference(node: Reference) -> tuple[str, str]:
    if not (isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)):
        return "the name of an included file must be quoted text, not an expression", "write one include in each branch of an if"
    if isinstance(node, nodes.Include) and node.ignore_missing:
        return "ignore missing would hide a misspelt file name", "remove it"
    return "", ""


def _refuse_large(operator: str, left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * abs(right) if operator == "**" else left.bit_length() + right.bit_length()
        if bits > _MAX_BITS:
            raise SecurityError(f"{operator} would make a number of {bits:,} bits; the most is {_MAX_BITS:,}")
        return
    length = _length_of(operator, left, right)
    if length > MAX_LENGTH:
        raise SecurityError(f"{operator} would make a text or list of length {length:,}; the most is {MAX_LENGTH:,}")


def _length_of(operator: str, left: Any, right: Any) -> int:
    sized = str, list, tuple
    if operator == "+" and isinstance(left, sized) and isinstance(right, sized):
        return len(left) + len(right)
    if operator == "*" and isinstance(left, sized) and isinstance(right, int):
        return len(left) * right
    if operator == "*" and isinstance(left, int) and isinstance(right, sized):
        return left * len(right)
    return 0
