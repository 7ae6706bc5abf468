"""What a template needs, found by reading it: variables, attributes of `vars`, includes. Only the worker process imports this."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import nodes
from jinja2.meta import find_undeclared_variables

from gemini_eval.errors import FileRefusedError, TemplateRefusedError
from gemini_eval.safe.files import read_text
from gemini_eval.safe.template_environment import MAIN, Reference, TemplateEnvironment

VARS = "vars"


@dataclass(slots=True)
class Facts:
    """`variables` are names a row must or may have; `optional` those (and `vars.X`) that every use guards against absence."""

    variables: set[str] = field(default_factory=set)
    vars_attributes: set[str] = field(default_factory=set)
    required: set[str] = field(default_factory=set)
    optional: set[str] = field(default_factory=set)
    includes: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, list[str]]:
        """Lists, sorted; includes in the order in which they are met."""
        return {
            "variables": sorted(self.variables),
            "vars_attributes": sorted(self.vars_attributes),
            "optional": sorted(self.optional - self.required),
            "includes": self.includes,
        }


def read_facts(environment: TemplateEnvironment, text: str) -> Facts:
    """Read the template and, once each, the files it includes. Raises TemplateRefusedError and Jinja's syntax errors."""
    facts = Facts()
    _Reader(environment, facts).read(text, MAIN, frozenset())
    return facts


class _Reader:
    def __init__(self, environment: TemplateEnvironment, facts: Facts) -> None:
        self._environment, self._facts = environment, facts
        self._seen: set[tuple[str, frozenset[str]]] = set()

    def read(self, text: str, name: str, given: frozenset[str]) -> None:
        """`given` are names that the including templates set."""
        tree = self._environment.parse(text, name, name)
        self._environment.compile(tree, name, name)
        free = find_undeclared_variables(tree) - given
        maybe_set = _set_by_tag(tree)
        self._facts.variables |= free
        self._facts.optional |= free & maybe_set  # set in one branch only: the row may have it, and need not
        for used, guarded in _uses(tree, frozenset()):
            root, _, attribute = used.partition(".")
            if root in free and (not attribute or root == VARS):
                (self._facts.optional if guarded or used in maybe_set else self._facts.required).add(used)
                self._facts.vars_attributes |= {attribute} - {""}
        for node in _references(tree):
            alone = isinstance(node, nodes.Import | nodes.FromImport) and not node.with_context
            self._follow(node, name, frozenset() if alone else given | _set_in(tree))

    def _follow(self, node: Reference, parent: str, given: frozenset[str]) -> None:
        assert isinstance(node.template, nodes.Const)  # the environment has refused any other
        try:
            path = self._environment.join_path(node.template.value, parent)
            if (path, given) in self._seen:
                return
            self._seen.add((path, given))
            text = read_text(Path(path), max_bytes=self._environment.source_bytes)
        except FileRefusedError as error:
            where = self._environment.shown_path(parent)
            raise TemplateRefusedError(error.reason, error.hint, path=where, line=node.lineno) from error
        shown = self._environment.shown_path(path)
        if shown not in self._facts.includes:
            self._facts.includes.append(shown)
        self.read(text, path, given)


_GUARDS = frozenset({"defined", "undefined", "default", "d"})


def _references(tree: nodes.Template) -> Iterator[Reference]:
    return (node for node in tree.find_all(nodes.Stmt) if isinstance(node, Reference))


def _set_by_tag(tree: nodes.Template) -> set[str]:
    """The names that `{% set %}` sets."""
    targets = [node.target for node in tree.find_all(nodes.Assign)] + [node.target for node in tree.find_all(nodes.AssignBlock)]
    return {name for target in targets for name in _stored(target)}


def _stored(target: nodes.Node) -> set[str]:
    return {target.name} if isinstance(target, nodes.Name) else {node.name for node in target.find_all(nodes.Name)}


def _set_in(tree: nodes.Template) -> frozenset[str]:
    """Every name that the template gives a value anywhere, so that what it includes may see it."""
    names = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")}
    names |= {node.name for node in tree.find_all(nodes.Macro)} | {node.target for node in tree.find_all(nodes.Import)}
    names |= {name if isinstance(name, str) else name[1] for node in tree.find_all(nodes.FromImport) for name in node.names}
    return frozenset(names | ({"loop"} if tree.find(nodes.For) else set()))


# ---- uses, and whether each is guarded against absence -----------------------------------------------------


def _uses(node: nodes.Node, present: frozenset[str]) -> Iterator[tuple[str, bool]]:
    """(name or `vars.X`, is it guarded) for each use; `present` are those that a test round this node has found defined."""
    called = _name_of(node)
    if called:
        yield called, called in present
    if called:
        return
    if isinstance(node, nodes.Filter | nodes.Test) and node.name in _GUARDS and _name_of(node.node):
        present = present | {_name_of(node.node)}
    for child, known in _children(node, present):
        yield from _uses(child, known)


def _children(node: nodes.Node, present: frozenset[str]) -> Iterator[tuple[nodes.Node, frozenset[str]]]:
    """Each child with what is known to be defined when it is evaluated."""
    if isinstance(node, nodes.If):
        yield node.test, present
        absent = present | _implied(node.test, False)
        yield from ((child, present | _implied(node.test, True)) for child in node.body)
        yield from ((child, absent) for child in (*node.elif_, *node.else_))
    elif isinstance(node, nodes.CondExpr):
        yield node.test, present
        yield node.expr1, present | _implied(node.test, True)
        if node.expr2 is not None:
            yield node.expr2, present | _implied(node.test, False)
    elif isinstance(node, nodes.And | nodes.Or):
        yield node.left, present
        yield node.right, present | _implied(node.left, isinstance(node, nodes.And))
    else:
        yield from ((child, present) for child in node.iter_child_nodes())


def _implied(test: nodes.Node, truth: bool) -> frozenset[str]:
    """What is certainly defined where `test` came out as `truth`."""
    if isinstance(test, nodes.Not):
        return _implied(test.node, not truth)
    if isinstance(test, nodes.And if truth else nodes.Or):
        return _implied(test.left, truth) | _implied(test.right, truth)
    if isinstance(test, nodes.Test) and test.name == ("defined" if truth else "undefined"):
        return frozenset({_name_of(test.node)} - {""})
    return frozenset()


def _name_of(node: nodes.Node | None) -> str:
    """`x` for a variable that is read, `vars.x` for `vars.x` and `vars['x']`, else ''."""
    if isinstance(node, nodes.Name):
        return node.name if node.ctx == "load" else ""
    if isinstance(node, nodes.Getattr | nodes.Getitem) and isinstance(node.node, nodes.Name) and node.node.name == VARS:
        if isinstance(node, nodes.Getattr):
            return f"{VARS}.{node.attr}"
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return f"{VARS}.{node.arg.value}"
    return ""
