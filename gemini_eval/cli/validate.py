"""`validate`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gemini_eval.cli.environment import load_env_file
from gemini_eval.cli.faults import print_faults
from gemini_eval.cli.options import key_values, loading, option
from gemini_eval.suites.workspace import find_workspace, shown

if TYPE_CHECKING:
    from gemini_eval.suites.load import LoadOptions
    from gemini_eval.verbs.validate import Validated


@click.command("validate")
@click.argument("suites", nargs=-1, required=True, metavar="SUITE|FOLDER…")
@loading
@option("--strict", is_flag=True, help="Warnings are errors.")
def command(suites: tuple[str, ...], strict: bool, **flags: Any) -> int:
    """Check suites, their templates and every row of their data. Nothing is sent.

    A FOLDER stands for the suites in it. All faults of all files are told at once.
    """
    from gemini_eval.verbs.validate import suite_files, validate_suites

    paths = suite_files(suites)
    checked = validate_suites(paths, modelless(paths, flags))
    for result in checked:
        print_faults(result.warnings)
        click.echo(ok_line(result))
    warned = sum(len(result.warnings) for result in checked)
    if strict and warned:
        click.echo(f"{warned} warning{'' if warned == 1 else 's'}; --strict takes them for errors", err=True)
        return 2
    return 0


def modelless(paths: list[str], flags: Mapping[str, Any]) -> LoadOptions:
    """What the `loading` flags say, for a verb that asks no model."""
    from gemini_eval.safe.code import use_of
    from gemini_eval.suites.load import LoadOptions

    if flags.get("env_file"):
        load_env_file(flags["env_file"])
    workspace = find_workspace(Path(paths[0]).absolute())
    target = flags.get("target") or workspace.default_target
    if target:
        workspace.target(target)
    return LoadOptions(
        models=tuple(flags.get("models") or ()),
        settings=key_values(flags.get("settings") or (), "--set"),
        variables=key_values(flags.get("variables") or (), "--var"),
        target=target,
        need_model=False,
        code=use_of(bool(flags.get("allow_code"))),
    )


def ok_line(result: Validated) -> str:
    """`specs/wine.yaml: ok, 3 variants × 120 cases = 360 requests, 4 gates`."""
    product = f"{_count(result.variants, 'variant')} × {_count(result.cases, 'case')}"
    plain = result.requests == result.variants * result.cases
    requests = f" = {_count(result.requests, 'request')}" if plain else f", {_at_most(result.requests)}"
    return f"{shown(result.suite.path)}: ok, {product}{requests}, {_count(result.gates, 'gate') if result.gates else 'no gate'}"


def _at_most(requests: int) -> str:
    return f"at most {_count(requests, 'request')}" if requests else "no request"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
