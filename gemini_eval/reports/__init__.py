"""A run in, a report out: one file per format, all of them streams."""

from __future__ import annotations

from gemini_eval.reports.options import ReportOptions
from gemini_eval.reports.registry import REPORTS, report_for, report_named
from gemini_eval.reports.report import Report
from gemini_eval.reports.sidecar import sidecar, sidecar_path
from gemini_eval.reports.view import RunView

__all__ = ["REPORTS", "Report", "ReportOptions", "RunView", "report_for", "report_named", "sidecar", "sidecar_path"]
