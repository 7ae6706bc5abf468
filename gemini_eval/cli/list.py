"""`list`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from gemini_eval.cli.environment import stdout_is_terminal, terminal_width, wants_color
from gemini_eval.cli.options import loading, option
from gemini_eval.errors import UsageError
from gemini_eval.safe.terminal import clip, for_terminal, width

if TYPE_CHECKING:
    from gemini_eval.suites.model import Case, Suite
    from gemini_eval.types import Json
    from gemini_eval.verbs.listing import CaseCounts, Listing

ID_COLUMNS, TAG_COLUMNS, MOST_TAGS = 24, 24, 20


@click.command("list")
@click.argument("suites", nargs=-1, metavar="SUITE|FOLDER…")
@loading
@option("--cases", "every_case", is_flag=True, help="All cases, not the first ten.")
@option("--figures", is_flag=True, help="The figures that gates can name; needs no suite.")
@option("--fields", is_flag=True, help="The fields of extraction, to paste: declared, or as the expected values have them.")
@option("--json", "as_json", is_flag=True, help="As JSON.")
def command(suites: tuple[str, ...], every_case: bool, figures: bool, fields: bool, as_json: bool, **flags: Any) -> int:
    """Name the variants, cases, assertions and gates of suites. Nothing is sent."""
    if figures:
        _print_figures(as_json)
    if not suites:
        if figures:
            return 0
        raise UsageError("no suite is named", "write: gemini-eval list SUITE, or gemini-eval list --figures")
    from gemini_eval.cli.validate import modelless
    from gemini_eval.verbs.listing import list_suites, listings_json
    from gemini_eval.verbs.validate import suite_files

    paths = suite_files(suites)
    listings = list_suites(paths, replace(modelless(paths, flags), code="leave"))
    if fields:
        _print_fields(listings, as_json)
        return 0
    if as_json:
        for chunk in listings_json(listings, every_case=every_case):
            sys.stdout.buffer.write(chunk)
        return 0
    for index, listing in enumerate(listings):
        _print_listing(listing, every_case, first=index == 0)
    return 0


def _print_figures(as_json: bool) -> None:
    from gemini_eval.verbs.listing import figure_records

    records = figure_records()
    if as_json:
        from gemini_eval.safe.json_text import dump_json

        sys.stdout.buffer.write(dump_json(records) + b"\n")
        return
    rows = [(record["name"], record["what"], record["unit"]) for record in records]
    _table(("figure", "what it is", "unit"), rows, (None, 30, None))


def _print_fields(listings: Sequence[Listing], as_json: bool) -> None:
    """As a suite's file takes them: nested maps in braces, a field a line."""
    from gemini_eval.safe.json_text import dump_json
    from gemini_eval.verbs.listing import fields_form

    if as_json:
        found = [{"suite": listing.suite.name, "fields": fields_form(listing.suite)[0]} for listing in listings]
        sys.stdout.buffer.write(dump_json(found) + b"\n")
        return
    for listing in listings:
        form, declared = fields_form(listing.suite)
        click.echo(f"# {for_terminal(listing.suite.name)}: {'declared' if declared else 'as its expected values have them'}")
        click.echo("fields:" if form else "fields: {}")
        for name, field in form.items():
            click.echo(for_terminal(f"  {_key(str(name))}: {_flow(field)}"))


def _key(name: str) -> str:
    """A name as YAML takes it: bare where it is a plain word."""
    from gemini_eval.safe.json_text import dump_json

    plain = name.replace("_", "a").isalnum() and not name[:1].isdecimal()
    return name if plain and name.lower() not in ("true", "false", "null") else dump_json(name).decode()


def _flow(value: Json) -> str:
    """A field's form on one line."""
    from gemini_eval.safe.json_text import dump_json

    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(str(key))}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    return _key(value) if isinstance(value, str) else dump_json(value).decode()


# ---- a suite ---------------------------------------------------------------------------------------------


def _columns() -> int:
    return terminal_width() if stdout_is_terminal() else 80


def _say(text: str = "", *, bold: bool = False) -> None:
    shown = clip(for_terminal(text), _columns())
    click.echo(click.style(shown, bold=True) if bold else shown, color=wants_color(stdout_is_terminal()))


def _print_listing(listing: Listing, every_case: bool, *, first: bool) -> None:
    suite = listing.suite
    if not first:
        _say()
    _print_head(suite)
    _print_variants(suite)
    _print_cases(listing.counts, suite, every_case)
    _print_assertions(suite)
    _say("gates", bold=True)
    for gate in suite.gates:
        _say(f"  {gate.name + ': ' if gate.name else ''}{gate.text}{' · final' if gate.final else ''}")
    if not suite.gates:
        _say("  every case must pass")


def _print_head(suite: Suite) -> None:
    from gemini_eval.suites.workspace import shown

    _say(f"{suite.name} ({shown(suite.path)})", bold=True)
    if suite.description:
        _say(f"  {suite.description}")
    if suite.task:
        labels = f"; labels {', '.join(suite.labels.names)}" if suite.labels else ""
        _say(f"  task {suite.task}{labels}")


def _print_variants(suite: Suite) -> None:
    _say("variants", bold=True)
    rows = [
        (
            variant.name,
            variant.prompt.name if variant.prompt else "-",
            variant.prompt.strategy if variant.prompt else "-",
            variant.model.id or "none chosen",
            "yes" if variant.gated else "no",
        )
        for variant in suite.variants
    ]
    _table(("name", "prompt", "strategy", "model", "gated"), rows, indent="  ")


def _print_cases(counts: CaseCounts, suite: Suite, every_case: bool) -> None:
    from gemini_eval.verbs.listing import all_cases

    kinds = ", ".join(f"{number:,} {name}" for name, number in counts.kinds.items())
    _say(f"{counts.cases:,} case{'' if counts.cases == 1 else 's'}{f' ({kinds})' if kinds else ''}", bold=True)
    for tag, number in counts.tags.most_common(MOST_TAGS):
        _say(f"  {number:>7,}  {tag}")
    if len(counts.tags) > MOST_TAGS:
        _say(f"  {len(counts.tags) - MOST_TAGS:>7,}  more tags; --json has them all")
    for case in all_cases(suite) if every_case else counts.first:
        _say_case(case)
    if not every_case and counts.cases > len(counts.first):
        _say(f"  … {counts.cases - len(counts.first):,} more; --cases lists them all")


def _say_case(case: Case) -> None:
    """The id whole, so that it can be copied; tags and expected as far as the line goes."""
    from gemini_eval.verbs.listing import expected_text

    name, tags = for_terminal(case.id), clip(for_terminal(", ".join(case.tags)), TAG_COLUMNS)
    beside = [_padded(tags, TAG_COLUMNS)] if tags else []
    line = "  ".join([_padded(name, ID_COLUMNS), *beside])
    room = max(10, _columns() - width(line) - 4)
    click.echo(f"  {line}  {clip(for_terminal(expected_text(case)), room)}".rstrip())


def _padded(text: str, columns: int) -> str:
    return text + " " * max(0, columns - width(text))


def _print_assertions(suite: Suite) -> None:
    from gemini_eval.verbs.listing import assertion_lines

    _say("assertions", bold=True)
    for depth, line in assertion_lines(suite.assertions):
        _say(f"  {'  ' * depth}{line}")
    if not suite.assertions:
        _say("  none: nothing is judged")
    for prompt in suite.prompts.values():
        for depth, line in assertion_lines(prompt.assertions):
            _say(f"  {'  ' * depth}{line} · prompt {prompt.name}")


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], widths: Sequence[int | None] = (), indent: str = "") -> None:
    """A plain table; a cell that is wider than its column's width goes on below."""
    from tabulate import tabulate

    shown = [[for_terminal(cell) for cell in row] for row in rows]
    text = tabulate(shown, heads, tablefmt="simple", disable_numparse=True, maxcolwidths=list(widths) or None)
    for line in text.splitlines():
        click.echo(f"{indent}{line}".rstrip())
