"""The process that renders templates: it holds no secret, opens nothing but includes, and can be killed at any time.

Frames on its standard input and output: four bytes of length, big-endian, then JSON. The first frame in is the limits, the first
out `{}` once it is ready; then one answer for each request, until its input ends.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path

from jinja2 import Template
from jinja2.exceptions import TemplateSyntaxError

from gemini_eval.errors import FileRefusedError, TemplateRefusedError, ValueRefusedError, did_you_mean
from gemini_eval.safe.json_text import clean_text, dump_json, read_record
from gemini_eval.safe.template_environment import MissingValueError, TemplateEnvironment
from gemini_eval.safe.template_facts import read_facts
from gemini_eval.types import Json

_INPUT, _OUTPUT = 0, 1
_MAX_OPEN_FILES = 32
_REPLY_BYTES = 4 << 20
_MAX_REASON, _MAX_NAME, _MAX_NAMES = 500, 60, 1000
_KINDS = {list: "a list", str: "a text", int: "a number", float: "a number", bool: "a boolean", type(None): "null"}


class _Source:
    """One template, compiled when it is first rendered."""

    def __init__(self, source: Mapping[str, Json], source_bytes: int) -> None:
        self.text: str = source["text"]
        folder, root = Path(source["folder"]), Path(source["root"])
        self.environment = TemplateEnvironment(source["path"], folder, root, source_bytes, fenced=source["fenced"])
        self._template: Template | None = None

    def template(self) -> Template:
        if self._template is None:
            self._template = self.environment.compile_main(self.text)
        return self._template


class TemplateWorker:
    """Answers requests; holds the templates it was given until it is told to forget them."""

    def __init__(self, limits: Mapping[str, int]) -> None:
        self._limits = limits
        self._sources: dict[int, _Source] = {}

    def answer(self, request: Mapping[str, Json]) -> Json:
        """`{facts}`, `{texts}` or `{refused}`. `exhausted` asks for this process to be replaced."""
        for number in request["forget"]:
            self._sources.pop(number, None)
        number = request["template"]
        if "source" in request:
            self._sources[number] = _Source(request["source"], self._limits["source_bytes"])
        source = self._sources[number]
        if request["op"] == "inspect":
            return self._inspect(source)
        return self._render(source, request["shared"], request["rows"])

    def _inspect(self, source: _Source) -> Json:
        try:
            return {"facts": read_facts(source.environment, source.text).as_json()}
        except Exception as error:
            return _refused(error, source.environment, {}, None)

    def _render(self, source: _Source, shared: dict[str, Json], rows: list[dict[str, Json]]) -> Json:
        """As many rows as fit one reply: the parent asks again for the rest."""
        texts: list[str] = []
        size = 0
        values: dict[str, Json] = {}
        row: int | None = None
        try:
            template = source.template()
            for given in rows:
                row = len(texts)
                values = shared | given
                texts.append(self._render_row(template, values))
                size += len(texts[-1])
                if size > _REPLY_BYTES:
                    break
        except Exception as error:
            return _refused(error, source.environment, values, row)
        return {"texts": texts}

    def _render_row(self, template: Template, values: dict[str, Json]) -> str:
        most, size = self._limits["output_bytes"], 0
        parts: list[str] = []
        for part in template.root_render_func(template.new_context(values)):
            size += len(part) if part.isascii() else len(part.encode())
            if size > most:
                raise TemplateRefusedError(f"the prompt is larger than {most:,} bytes", "shorten the template or its values")
            parts.append(part)
        return "".join(parts)


def _refused(error: Exception, environment: TemplateEnvironment, values: Mapping[str, Json], row: int | None) -> Json:
    """The answer for a template that can't be compiled or rendered: it can raise anything that Python can."""
    refused = _refusal(error, environment, [*values, *environment.globals])
    reason, hint, path = (clean_text(text) for text in (_cut(refused.reason), refused.hint, refused.path))
    told = {"reason": reason, "hint": hint, "path": path, "line": refused.line, "row": row}
    return {"refused": told, "exhausted": isinstance(error, MemoryError)}


def _refusal(error: Exception, environment: TemplateEnvironment, known: list[str]) -> TemplateRefusedError:
    """The error as a user can read it, with the innermost template line it came from."""
    path, line = _place(error, environment)
    if isinstance(error, TemplateRefusedError) and error.line:
        return error
    if isinstance(error, TemplateSyntaxError):
        return TemplateRefusedError(error.message or "syntax error", path=environment.shown_path(error.name), line=error.lineno)
    reason, hint = _explain(error, known)
    return TemplateRefusedError(reason, hint, path=path, line=line)


def _explain(error: Exception, known: list[str]) -> tuple[str, str]:
    """Reason and mend."""
    if isinstance(error, MissingValueError):
        return _explain_missing(error, known)
    if isinstance(error, TemplateRefusedError | FileRefusedError | ValueRefusedError):
        return error.reason, error.hint
    if isinstance(error, RecursionError):
        return "the template is nested, or calls or includes itself, too deeply", "flatten it"
    if isinstance(error, SyntaxError):
        return f"the template is nested too deeply: {error.msg}", "flatten it"
    if isinstance(error, UnicodeEncodeError):
        return "the prompt holds half of a surrogate pair", "write the character itself"
    return str(error) or type(error).__name__, ""


def _explain_missing(error: MissingValueError, known: list[str]) -> tuple[str, str]:
    name, owner = error.name, error.owner
    if error.variable:
        return f'"{name}" is not defined', _near(name, known) or f"defined here: {_listed(known)}"
    if isinstance(owner, dict):
        return f'an object has no key "{name}"', _near(name, owner) or f"it has: {_listed(list(owner))}"
    if isinstance(owner, list | tuple) and isinstance(name, int):
        return f"a list of {len(owner)} has no element {name}", "elements are counted from 0"
    return f'{_KINDS.get(type(owner), f"a {type(owner).__name__}")} has no "{name}"', ""


def _listed(names: list[str], most: int = 12) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(_cut(name, _MAX_NAME) for name in names[:most]) or "nothing") + more


def _near(name: object, known: Iterable[str]) -> str:
    """A suggestion among the first names of a usual length: data may hold millions of keys, or megabytes in one."""
    if len(str(name)) > _MAX_NAME:
        return ""
    return did_you_mean(name, [each for each in islice(known, _MAX_NAMES) if len(each) <= _MAX_NAME])


def _cut(text: str, most: int = _MAX_REASON) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def _place(error: Exception, environment: TemplateEnvironment) -> tuple[str, int]:
    """Path and line of the innermost template frame of the traceback; line 0 where there is none."""
    found: tuple[str, int] = environment.path, 0
    trace = error.__traceback__
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            found = environment.shown_path(template.name), template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return found


# ---- the process -------------------------------------------------------------------------------------------


def main() -> None:
    """Serve requests until the input ends."""
    first = _read_frame()
    if first is None:
        return
    _limit_resources(first)
    worker = TemplateWorker(first)
    _write_frame({})
    while (request := _read_frame()) is not None:
        _allow_seconds(first["cpu_s"])
        _write_frame(worker.answer(request))


def _limit_resources(limits: Mapping[str, int]) -> None:
    """Memory, open files, new processes, written files, core dumps. macOS does not hold the first: the parent watches it too."""
    wanted = (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_NOFILE, _MAX_OPEN_FILES),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    )
    for what, most in ((what, _within(what, size)) for what, size in wanted):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            if sys.platform.startswith("linux"):
                raise


def _allow_seconds(seconds: int) -> None:
    """A second line behind the parent's deadline: the system ends this process after that much more computing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (_within(resource.RLIMIT_CPU, soft), hard))


def _within(what: int, most: int) -> int:
    """`most`, or the lower limit that was already set on us."""
    hard = resource.getrlimit(what)[1]
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _read_frame() -> Json:
    """The next request, None at the end of the input."""
    header = _read_exactly(4)
    body = _read_exactly(int.from_bytes(header, "big")) if header else None
    return None if body is None else read_record(body)


def _read_exactly(size: int) -> bytes | None:
    parts: list[bytes] = []
    while size:
        part = os.read(_INPUT, min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _write_frame(value: Json) -> None:
    body = dump_json(value)
    data = memoryview(len(body).to_bytes(4, "big") + body)
    while data:
        data = data[os.write(_OUTPUT, data) :]
