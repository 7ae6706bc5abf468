"""The formats, and which one a file's name asks for."""

from __future__ import annotations

from pathlib import Path

from gemini_eval.errors import UsageError, did_you_mean
from gemini_eval.reports.canonical import Canonical
from gemini_eval.reports.csv_table import CsvTable
from gemini_eval.reports.html import HtmlPage
from gemini_eval.reports.json_document import JsonDocument
from gemini_eval.reports.json_lines import JsonLines
from gemini_eval.reports.junit import JUnit
from gemini_eval.reports.markdown import Markdown
from gemini_eval.reports.parquet import Parquet
from gemini_eval.reports.report import Report
from gemini_eval.reports.terminal import Terminal

REPORTS: tuple[Report, ...] = (
    Terminal(),
    Markdown(),
    HtmlPage(),
    JsonDocument(),
    JsonLines(),
    CsvTable(),
    Parquet(),
    JUnit(),
    Canonical(),
)

_BY_ENDING = {ending: report for report in REPORTS for ending in report.EXTENSIONS}


def report_for(path: Path | str) -> Report:
    """The format that the file's ending asks for, the longest ending that fits. Raises `UsageError` where none does."""
    name = Path(path).name.lower()
    fitting = [ending for ending in _BY_ENDING if name.endswith(ending) and name != ending]
    if fitting:
        return _BY_ENDING[max(fitting, key=len)]
    ending = Path(name).suffix
    near = 'did you mean ".junit.xml"?' if ending == ".xml" else did_you_mean(ending, _BY_ENDING) if ending else ""
    reason = f'no report has the ending "{ending}"' if ending else "its name has no ending that says which report it is"
    raise UsageError(f"{path}: {reason}", near or f"the endings are {', '.join(_BY_ENDING)}")


def report_named(name: str) -> Report:
    """The format called `name`. Raises `UsageError`."""
    names = {report.NAME: report for report in REPORTS}
    if name not in names:
        raise UsageError(f'there is no report "{name}"', did_you_mean(name, names) or f"there are {', '.join(names)}")
    return names[name]
