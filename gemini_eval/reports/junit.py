"""JUnit XML: a test suite for each suite and variant, a test case for each case.

Failed and without an answer are failures, not delivered is an error, xfail and drafts are skipped. What a comparison decided is a
property of its variant; where nothing had to be asked, one test suite without cases says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from itertools import groupby
from typing import ClassVar

from gemini_eval.reports.case_facts import facts_of
from gemini_eval.reports.comparison_details import decision_lines
from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.sentences import model_lines, sentences
from gemini_eval.reports.view import RunView, is_failing
from gemini_eval.summary.model import VariantSummary
from gemini_eval.types import CaseResult, Family

_LONGEST = 10_000
_SPACES = {ord("\n"): "&#10;", ord("\t"): "&#9;"}
_ILLEGAL = dict.fromkeys([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])


class JUnit:
    NAME: ClassVar = "junit"
    EXTENSIONS: ClassVar[tuple[str, ...]] = (".junit.xml",)
    ABOUT: ClassVar = "For CI: a test suite for each variant, a test case for each case"
    SIDECAR: ClassVar = False

    def write(self, view: RunView, options: ReportOptions) -> Iterator[bytes]:
        every = [variant for _, variant in view.variants()]
        yield b'<?xml version="1.0" encoding="UTF-8"?>\n'
        yield f"<testsuites{_attributes(name=view.id, **_totals(every))}>\n".encode()
        for (suite, name), cases in groupby(view.cases("canonical"), lambda case: (case.suite, case.variant)):
            variant = view.summary.suites[suite].variants[name]
            facts = _attributes(name=f"{suite} · {name}", timestamp=view.created[:19], **_totals([variant]))
            yield f"  <testsuite{facts}>\n".encode()
            yield _properties(view, suite, variant, options).encode()
            for case in cases:
                yield _case(case).encode()
            yield b"  </testsuite>\n"
        if view.comparison and not every:
            head = _attributes(name=view.id, **_totals([]))
            yield f"  <testsuite{head}>\n{_listed(_said(view, options))}  </testsuite>\n".encode()
        yield b"</testsuites>\n"


def _totals(variants: list[VariantSummary]) -> dict[str, object]:
    outside = sum(variant.xfails + variant.drafts for variant in variants)
    return {
        "tests": sum(variant.cases for variant in variants) + outside,
        "failures": sum(variant.failed for variant in variants),
        "errors": sum(variant.not_delivered for variant in variants),
        "skipped": outside,
    }


def _properties(view: RunView, suite: str, variant: VariantSummary, options: ReportOptions) -> str:
    """The opening sentences, the models, what was decided, the gates, and every figure of the whole variant that has a value."""
    pairs = _said(view, options)
    if view.comparison:
        pairs += [("comparison", line) for line in decision_lines(view.comparison, suite, variant.variant)]
    gates = (gate for gate in view.gates if gate.variant == variant.variant)
    pairs += [("gate", f"{gate.gate}: {gate.status.value.replace('_', ' ')} ({gate.reason})") for gate in gates]
    figures = variant.figures.items()
    pairs += [(name, repr(figure.value)) for name, figure in figures if figure.value is not None and "[" not in name]
    return _listed(pairs)


def _said(view: RunView, options: ReportOptions) -> list[tuple[str, str]]:
    models = (("model", line) for line in model_lines(view, options.lang))
    return [("summary", " ".join(sentences(view, options.lang))), *models]


def _listed(pairs: list[tuple[str, str]]) -> str:
    lines = (f"      <property{_attributes(name=name, value=value)}/>\n" for name, value in pairs)
    return f"    <properties>\n{''.join(lines)}    </properties>\n"


def _case(case: CaseResult) -> str:
    seconds = sum(sample.response.latency_ms for sample in case.samples if sample.response) / 1000
    place = {"file": case.place.path, "line": case.place.line} if case.place else {}
    head = _attributes(name=case.case_id, classname=f"{case.suite}.{case.variant}", time=f"{seconds:.3f}", **place)
    body = _body(case)
    return f"    <testcase{head}>\n{body}    </testcase>\n" if body else f"    <testcase{head}/>\n"


def _body(case: CaseResult) -> str:
    if case.draft or case.xfail:
        why = "draft" if case.draft else f"xfail{' (passed)' if case.passed else ''}: {case.xfail}"
        return f"      <skipped{_attributes(message=why)}/>\n"
    if not is_failing(case):
        return ""
    element = "error" if case.outcome.family is Family.NOT_DELIVERED else "failure"
    kind = case.outcome.value if case.outcome.family is not Family.JUDGED else "failed"
    head = _attributes(message=_clipped(case.reason) or kind.replace("_", " "), type=kind)
    return f"      <{element}{head}>{_text(_story(case))}</{element}>\n"


def _story(case: CaseResult) -> str:
    facts = facts_of(case)
    entries = [*facts.inputs, ("expected", facts.expected), ("answer", facts.answer), ("samples", facts.samples)]
    entries += [("why", facts.problem), *((reason.name, reason.text) for reason in facts.reasons)]
    return "\n".join(f"{name}: {_clipped(text)}" for name, text in entries if text)


def _clipped(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text) - _LONGEST:,} more characters)"


def _attributes(**values: object) -> str:
    return "".join(f' {name}="{_text(str(value)).translate(_SPACES)}"' for name, value in values.items())


def _text(text: str) -> str:
    """Escaped, and without what XML 1.0 cannot hold, not even escaped."""
    return escape(text.translate(_ILLEGAL)).replace("\r", "&#13;")
