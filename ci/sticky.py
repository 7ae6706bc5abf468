"""The one comment's text: marker, whose result it holds, a note above the report, and the length that a host takes.

<!-- gemini-eval: NAME -->                              the marker, by which it is found again
<!-- result: COMMIT; checking: COMMIT; note: 1 -->      whose result it shows, what is being checked, whether a note follows
> **Outdated:** …                                       the note and an empty line
the report
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CHARACTERS = 65_000
"""GitHub refuses a body of more than 65,536 characters."""

MAX_REPORT = MAX_CHARACTERS - 600
"""What marker, state and note leave of it."""

_STATE = re.compile(
    r"<!-- result: (?P<result>[0-9a-f]{40,64}|-); checking: (?P<checking>[0-9a-f]{40,64}|-); note: (?P<note>[01]) -->"
)
NONE = "-"

OUTDATED = {
    "en": "> **Outdated:** {new} is being checked. Below is the result for {old}.",
    "ko": "> **이전 결과:** {new}을(를) 검사하는 중입니다. 아래는 {old}의 결과입니다.",
}
AGAIN = {
    "en": "> **Outdated:** {new} is being checked again. Below is its earlier result.",
    "ko": "> **이전 결과:** {new}을(를) 다시 검사하는 중입니다. 아래는 그 이전 결과입니다.",
}
OVERTAKEN = {
    "en": "> **Outdated:** the branch is at {new} by now. Below is the result for {old}.",
    "ko": "> **이전 결과:** 브랜치는 이제 {new}에 있습니다. 아래는 {old}의 결과입니다.",
}
CUT = {
    "en": "> **Cut:** the first {shown:,} of {all:,} characters of the report. {rest}",
    "ko": "> **잘림:** 보고서 {all:,}자 중 처음 {shown:,}자입니다. {rest}",
}
REST = {
    "en": "The whole report is an artifact of the job{link}.",
    "ko": "전체 보고서는 작업의 아티팩트에 있습니다{link}.",
}
AN_EARLIER_COMMIT = {"en": "an earlier commit", "ko": "이전 커밋"}


@dataclass(frozen=True, slots=True)
class Sticky:
    """A comment taken apart. `result` and `checking` are commits or `NONE`; `note` and `report` are Markdown."""

    name: str
    result: str = NONE
    checking: str = NONE
    note: str = ""
    report: str = ""

    @property
    def text(self) -> str:
        state = f"<!-- result: {self.result}; checking: {self.checking}; note: {int(bool(self.note))} -->"
        note = f"{self.note}\n\n" if self.note else ""
        return f"{marker(self.name)}\n{state}\n{note}{self.report}"


def marker(name: str) -> str:
    return f"<!-- gemini-eval: {name} -->"


def is_ours(body: str, name: str) -> bool:
    return body.partition("\n")[0].strip() == marker(name)


def parse(body: str, name: str) -> Sticky:
    """Of a comment that `is_ours`. A state line that somebody has edited away leaves a report of an unknown commit."""
    lines = body.replace("\r\n", "\n").split("\n")[1:]
    state = _STATE.fullmatch(lines[0].strip()) if lines else None
    if state is None:
        return Sticky(name, report="\n".join(lines))
    noted = state["note"] == "1"
    note, rest = (lines[1], lines[3:]) if noted and len(lines) > 2 else ("", lines[1:])
    return Sticky(name, state["result"], state["checking"], note, "\n".join(rest))


def without_marker(report: str, name: str) -> str:
    """A report may begin with the marker, as `check --sticky` writes it."""
    first, _, rest = report.partition("\n")
    return rest if first.strip() == marker(name) else report


def outdated(now: Sticky, new: str, lang: str) -> Sticky:
    """The same report, while `new` is being checked."""
    words = AGAIN if now.result == new else OUTDATED
    note = words[lang].format(new=_short(new), old=_named(now.result, lang))
    return Sticky(now.name, now.result, new, note, now.report)


def overtaken(done: Sticky, new: str, lang: str) -> Sticky:
    """A result that came when its branch had gone on already."""
    note = OVERTAKEN[lang].format(new=_short(new), old=_named(done.result, lang))
    return Sticky(done.name, done.result, new, note, done.report)


def fitting(report: str, lang: str, link: str) -> str:
    """Not longer than `MAX_REPORT`: cut at the end of a line. That is said first, where no open fence can hide it."""
    if len(report) <= MAX_REPORT:
        return report
    rest = REST[lang].format(link=f": {link}" if link else "")
    room = MAX_REPORT - len(CUT[lang]) - len(rest) - 40
    shown = report[:room]
    shown = shown[: shown.rfind("\n") + 1] or shown
    return f"{CUT[lang].format(shown=len(shown), all=len(report), rest=rest)}\n\n{shown}"


def _short(commit: str) -> str:
    return f"`{commit[:7]}`"


def _named(commit: str, lang: str) -> str:
    return AN_EARLIER_COMMIT[lang] if commit == NONE else _short(commit)
