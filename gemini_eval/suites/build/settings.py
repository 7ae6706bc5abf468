"""`params:` at any level -> settings that know their origin."""

from __future__ import annotations

from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Setting
from gemini_eval.suites.params import canonical_name, check_parameter


def build_settings(context: Context, cursor: Cursor | None, origin: str) -> dict[str, Setting]:
    """Each known parameter under its snake_case name. `origin` says which level wrote it: suite, model base, case x."""
    settings: dict[str, Setting] = {}
    for written, entry in cursor.entries() if cursor is not None and isinstance(cursor.value, dict) else ():
        name = canonical_name(written)
        value = context.filled(entry)
        reason, hint = check_parameter(name, value)
        if reason:
            context.faults.add(reason, entry.key if name not in settings and reason.startswith("unknown") else entry.place, hint)
        elif name in settings:
            context.faults.add(f'parameter "{name}" is written twice, once as "{written}"', entry.key, "keep one of the two")
        else:
            settings[name] = Setting(value, origin, entry.place)
    return settings
