"""What `tune compare` prints and writes: sentences, tables, the guide's advice; for a terminal, as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from gemini_eval.comparison.model import Tested
from gemini_eval.errors import UsageError
from gemini_eval.gates import GateResult
from gemini_eval.reports.grid import Grid
from gemini_eval.reports.markdown_text import pipes, prose
from gemini_eval.reports.options import Lang, ReportOptions
from gemini_eval.reports.shown import ABSENT, bare, difference, duration, figure, in_points, money, probability, tokens
from gemini_eval.reports.signs import Signs, can_write, encode, signs_for
from gemini_eval.reports.spans import Line, Span, paint, plain, wrap
from gemini_eval.reports.table import fitting
from gemini_eval.reports.wordings import counted, word
from gemini_eval.safe.json_text import dump_json
from gemini_eval.tuning.advice import Advice, advise
from gemini_eval.tuning.contest import BreakEven, Contest, Contestant, Held, document
from gemini_eval.types import Json

ENDINGS = (".md", ".json")
VERSION = 1
"""Of the JSON document's form."""


def check_ending(path: Path) -> None:
    """Raises `UsageError` where nothing here writes such a file."""
    if path.suffix not in ENDINGS:
        raise UsageError(f"-o {path}: tune writes no such file", f"let its name end with {' or '.join(ENDINGS)}")


# ---- sentences -------------------------------------------------------------------------------------------------


def sentences(contest: Contest, lang: Lang) -> tuple[str, ...]:
    """The verdict against the best prompt first, then the others, how the winner was chosen; of a better one, where it pays."""
    best = contest.against(contest.best_prompted.variant)
    others = [held for held in contest.held if held is not best]
    paid = {found.prompted: found for found in contest.break_even}
    return (
        *(_held(held, contest, lang) for held in (best, *others)),
        *_sweep(contest, lang),
        *(_paid(paid[best.prompted], contest, lang) if best.verdict == "better" else ()),
    )


def advice(contest: Contest, lang: Lang) -> tuple[str, ...]:
    return tuple(_advice(found, lang) for found in advise(contest))


def moved(test: Tested, lang: Lang) -> dict[str, str]:
    """The words of one tested difference."""
    found = test.decision
    assert found is not None
    name = test.figure
    points = difference(name, found.delta)
    move = word(lang, "points", n=points) if in_points(name) else points
    return {
        "figure": name,
        "before": bare(name, test.before),
        "after": bare(name, test.after),
        "n": f"{found.cases:,}",
        "move": move,
        "low": difference(name, found.interval.low),
        "high": difference(name, found.interval.high),
    }


def _held(held: Held, contest: Contest, lang: Lang) -> str:
    test = held.tests[0]
    names = {"tuned": contest.winner, "prompted": held.prompted}
    if test.decision is None or held.p_better is None or held.p_worse is None:
        return word(lang, "tuned_untested", **names, why=test.why)
    compared = sum(one.p_better is not None for one in contest.held)
    holm = word(lang, "tuned_holm", n=compared) if compared > 1 else ""
    p = probability(min(held.p_better, held.p_worse))
    return word(lang, f"tuned_{held.verdict}", **names, **moved(test, lang), p=p, holm=holm)


def _sweep(contest: Contest, lang: Lang) -> Iterator[str]:
    sweep = contest.sweep
    if sweep:
        values = {"winner": contest.winner, "split": sweep.split, "cases": f"{sweep.cases:,}", "test": contest.split}
        yield word(lang, "tuned_sweep", n=len(sweep.scores), **values)


def _paid(found: BreakEven, contest: Contest, lang: Lang) -> Iterator[str]:
    name = found.prompted
    if contest.priced_as:
        yield word(lang, "paid_priced", tuned=contest.winner, base=contest.priced_as)
    if found.saved_tokens is not None and found.saved_tokens > 0:
        yield word(lang, "paid_tokens", prompted=name, n=tokens(found.saved_tokens))
    saved = found.saved_usd
    if found.requests is not None and saved is not None and contest.training.usd is not None:
        values = {"usd": _usd(saved * 1000), "cost": _usd(contest.training.usd)}
        yield word(lang, "paid_requests", n=found.requests, prompted=name, **values)
    elif saved is not None and saved < 0:
        yield word(lang, "paid_never", prompted=name, usd=_usd(-saved * 1000))
    elif saved == 0:
        yield word(lang, "paid_same", prompted=name)
    else:
        yield word(lang, "paid_unknown", prompted=name, why=found.why)
    if found.requests_by_time is not None and found.saved_ms is not None and contest.training.seconds is not None:
        took = duration(contest.training.seconds * 1000)
        yield word(lang, "paid_time", prompted=name, n=found.requests_by_time, ms=f"{found.saved_ms:.0f}", took=took)


def _advice(found: Advice, lang: Lang) -> str:
    values = dict(found.values)
    if "usd" in values:
        values["usd"] = _usd(values["usd"])
    if "detectable" in values:
        seen = values.pop("detectable")
        values["seen"] = word(lang, "advice_seen", n=f"{seen * 100:.1f}") if seen < 1 else ""
    return counted(lang, f"advice_{found.code}", int(values.pop("n", 0)), **values)


def _usd(dollars: float) -> str:
    return money(round(dollars * 1_000_000))


# ---- tables ----------------------------------------------------------------------------------------------------


def grids(contest: Contest) -> list[Grid]:
    found = [_variants(contest), _differences(contest)]
    if contest.sweep:
        rows = tuple((name, bare(contest.figure, value)) for name, value in contest.sweep.scores)
        found.insert(1, Grid(f"Chosen on {contest.sweep.split}", ("variant", contest.figure), rows))
    return found


def _variants(contest: Contest) -> Grid:
    names = [name for name in contest.contestants[0].figures if not name.endswith(("_latency", "_tokens", "cost_per_1000"))]
    header = ("variant", "prompt", *names, "tokens in / out", "p50 / p95", "cost per 1,000")
    return Grid("Variants", header, tuple(_row(one, names) for one in contest.contestants))


def _row(one: Contestant, names: Sequence[str]) -> tuple[str, ...]:
    taken = f"{tokens(one.value('prompt_tokens'))} / {tokens(one.value('output_tokens'))}"
    times = f"{duration(one.value('p50_latency'))} / {duration(one.value('p95_latency'))}"
    figures = [figure(one.figures[name]) if name in one.figures else ABSENT for name in names]
    usd = one.value("cost_per_1000")
    name = f"{one.variant} (tuned)" if one.tuned else one.variant
    return (name, one.prompt, *figures, taken, times, ABSENT if usd is None else _usd(usd))


def _differences(contest: Contest) -> Grid:
    rows = []
    for held in contest.held:
        for n, test in enumerate(held.tests):
            found = test.decision
            cells = (ABSENT, ABSENT) if found is None else (difference(test.figure, found.delta), _between(test))
            first = held.p_better is not None and n == 0
            p = f"{_p(held.p_better)} / {_p(held.p_worse)}" if first else ABSENT
            rows.append((held.prompted if n == 0 else "", test.figure, *cells, p, held.verdict if n == 0 else ""))
    header = ("over", "figure", "difference", "90 % interval", "p better / worse (Holm)", "verdict")
    return Grid(f"{contest.winner}, case by case", header, tuple(rows))


def _between(test: Tested) -> str:
    assert test.decision is not None
    low, high = test.decision.interval.low, test.decision.interval.high
    return f"{difference(test.figure, low)} to {difference(test.figure, high)}"


def _p(p: float | None) -> str:
    return ABSENT if p is None else probability(p).removeprefix("= ")


# ---- formats ---------------------------------------------------------------------------------------------------


def terminal(contest: Contest, options: ReportOptions) -> bytes:
    signs = signs_for(options.encoding)
    lang = options.lang if can_write(word(options.lang, "unfinished"), options.encoding) else "en"
    lines: list[Line] = []
    sign = Span(f"{signs.holds} ", "good") if contest.exit_status == 0 else Span(f"{signs.fails} ", "bad")
    if contest.exit_status == 4:
        sign = Span(f"{signs.warns} ", "warn")
    for n, part in enumerate(wrap(plain(" ".join(sentences(contest, lang))), options.width - 2)):
        lines.append([sign if n == 0 else Span("  "), Span(part, "bold")])
    if not options.quiet:
        for grid in grids(contest):
            lines += [[Span("")], [Span(grid.title, "bold")], *fitting(grid.header, grid.rows, options.width)]
        lines += _gate_lines(contest, signs, options.width)
    lines += [[Span("")]]
    for text in advice(contest, lang):
        lines += [[Span(part)] for part in wrap(f"- {plain(text)}", options.width, "  ")]
    lines += [[Span("")], [Span(f"Run {plain(contest.run)}", "dim")]]
    return encode("".join(f"{paint(line, options.color)}\n" for line in lines), options.encoding)


def _gate_lines(contest: Contest, signs: Signs, width: int) -> Iterator[Line]:
    if contest.gates:
        yield from ([Span("")], [Span("Gates", "bold")])
    for gate in contest.gates:
        sign, style = signs.of(gate.status)
        for n, part in enumerate(wrap(plain(_gate(gate)), width - 4)):
            yield [Span(f"  {sign} " if n == 0 else "    ", style), Span(part)]


def _gate(gate: GateResult) -> str:
    who = f" · {gate.variant}" if gate.variant else ""
    return f"{gate.gate}{who}  {gate.reason}"


def markdown(contest: Contest, options: ReportOptions) -> bytes:
    signs = signs_for("utf-8")
    parts = [f"# {prose(contest.suite)}: prompted or tuned", prose(" ".join(sentences(contest, options.lang)))]
    for grid in grids(contest):
        rows = [[prose(cell) for cell in row] for row in grid.rows]
        parts += [f"## {prose(grid.title)}", pipes([prose(name) for name in grid.header], rows)]
    if contest.gates:
        parts += ["## Gates", "\n".join(f"- {signs.of(gate.status)[0]} {prose(_gate(gate))}" for gate in contest.gates)]
    told = advice(contest, options.lang)
    parts += ["## Advice", "\n".join(f"- {prose(text)}" for text in told)]
    return ("\n\n".join(parts) + "\n").encode()


def json_document(contest: Contest, options: ReportOptions) -> bytes:
    told: dict[str, Json] = {
        "format": "gemini-eval tuning comparison",
        "version": VERSION,
        "sentences": list(sentences(contest, options.lang)),
        **document(contest),
        "advice": [
            {"code": found.code, "text": _advice(found, options.lang), "values": found.values} for found in advise(contest)
        ],
    }
    return dump_json(told) + b"\n"


WRITERS = {".md": markdown, ".json": json_document}
