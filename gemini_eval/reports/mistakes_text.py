"""`show --mistakes` for people, in English or Korean."""

from __future__ import annotations

from collections.abc import Iterator

from gemini_eval.reports.mistakes import Group, Kind, Mistakes
from gemini_eval.reports.options import Lang, ReportOptions
from gemini_eval.reports.spans import Line, Span, fit, plain
from gemini_eval.safe.terminal import width

_TITLES: dict[Kind, dict[Lang, str]] = {
    "labels": {"en": "Labels (expected → answered)", "ko": "레이블 (정답 → 답변)"},
    "field": {"en": "Fields (expected → answered)", "ko": "필드 (정답 → 답변)"},
    "assertion": {"en": "Why they failed", "ko": "실패한 이유"},
    "tag": {"en": "Tags", "ko": "태그"},
    "word": {"en": "Words that failing cases share", "ko": "실패한 케이스에 자주 나오는 말"},
}
_HEADS: dict[Lang, str] = {"en": "{failed} of {cases} cases failed", "ko": "{cases}건 중 {failed}건 실패"}
_COUNTS: dict[Lang, str] = {"en": "{failed} of {of}  {share:>4.0%}", "ko": "{of}건 중 {failed}건  {share:>4.0%}"}
_NONE: dict[Lang, str] = {"en": "No case failed in {run}.", "ko": "{run}: 실패한 케이스가 없습니다."}
_NOTHING: dict[Lang, str] = {"en": "No case was delivered in {run}.", "ko": "{run}: 전달된 케이스가 없습니다."}


def mistakes_lines(run: str, found: list[Mistakes], options: ReportOptions, *, delivered: bool = True) -> Iterator[Line]:
    """`delivered`: whether the run has any case that could fail."""
    if not found:
        yield [Span((_NONE if delivered else _NOTHING)[options.lang].format(run=plain(run)))]
    for index, one in enumerate(found):
        if index:
            yield []
        head = _HEADS[options.lang].format(failed=one.failed, cases=one.cases)
        yield fit([Span(f"{plain(one.suite)} · {plain(one.variant)}: {head}", "bold")], options.width)
        for kind, title in _TITLES.items():
            if one.groups[kind]:
                yield []
                yield [Span(title[options.lang], "bold")]
                yield from _groups(one.groups[kind], options)


def _groups(groups: tuple[Group, ...], options: ReportOptions) -> Iterator[Line]:
    word = _COUNTS[options.lang]
    counts = [word.format(failed=group.failed, of=group.of, share=group.failed / group.of) for group in groups]
    wide = max(map(width, counts))
    for count, group in zip(counts, groups, strict=True):
        yield fit([Span(f"  {'':{wide - width(count)}}{count}", "dim"), Span(f"  {plain(group.name)}")], options.width)
        for example in group.examples:
            shown = [Span(f"{'':{wide + 4}}{plain(example.case_id)}"), Span(f"  {plain(example.text)}", "dim")]
            yield fit(shown, options.width)
