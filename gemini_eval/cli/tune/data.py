"""`tune data`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gemini_eval.cli.options import Finite, option
from gemini_eval.safe.terminal import for_terminal

if TYPE_CHECKING:
    from gemini_eval.verbs.tune.data import DataOptions, TuningData, Written

MOST_LABELS = 10


@click.command("data")
@click.argument("sources", nargs=-1, required=True, metavar="SUITE|FILE…", type=click.Path(path_type=Path))
@option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write them here (.jsonl); else check only.")
@option(
    "--format",
    "shape",
    type=click.Choice(["contents", "messages"]),
    default="contents",
    help="What Vertex AI takes today (contents), or the guide's older form.",
)
@option("--prompt", metavar="NAME", default="", help="The suite's prompt to train with, where it has several.")
@option("--answer", metavar="COLUMN", default="", help="The column that holds the answer to learn (expected).")
@option("--input", metavar="COLUMN", default="", help="Of a table: the column that is the user's turn, where it has several.")
@option("--system", metavar="TEXT", default="", help="Of files: the system text of examples that have none.")
@option(
    "--against",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="SUITE",
    help="Hold the examples against this suite's cases too (repeatable).",
)
@option("--model", metavar="ID", default="", help="The model to be tuned: its limits hold (the suite's own).")
@option("--drop", is_flag=True, help="Leave out examples that leak or repeat others; without it they are errors and warnings.")
@option(
    "--near",
    type=Finite(0.7, 1),
    default=0.8,
    metavar="SHARE",
    help="Texts with this share of their runs of four letters in common are near-duplicates (0.8).",
)
@option("--upload", metavar="gs://…", default="", help="Upload the files into this folder of a bucket, under their hash.")
def command(sources: tuple[Path, ...], output: Path | None, **flags: Any) -> int:
    """Make tuning data of a suite, or check and convert files.

    Of a suite: its prompt, rendered for the cases of the splits train and validation, and what they expect. The test split is
    never in it. Of files: tuning files in either format, or tables (CSV, JSON Lines…).

    \b
    gemini-eval tune data specs/tickets.yaml -o tickets.jsonl
    gemini-eval tune data tickets.csv --input text --answer queue --against specs/tickets.yaml
    """
    from gemini_eval.cli.faults import print_faults
    from gemini_eval.verbs.tune.data import left_from_before, refuse_read, tuning_data, write_data

    _check(output, flags)
    data = tuning_data(sources, _options(flags))
    if output is not None:
        refuse_read(data, output)
    print_faults((*data.warnings, *(left_from_before(data, output) if output else ())))
    for line in _lines(data):
        click.echo(for_terminal(line))
    if output is None:
        return 0
    for written in write_data(data, output, flags["shape"]):
        click.echo(for_terminal(_written(written)))
        if flags["upload"]:
            _upload(written, flags["upload"])
    return 0


def _check(output: Path | None, flags: dict[str, Any]) -> None:
    """What the flags ask for can be done, said before anything is read."""
    from gemini_eval.errors import UsageError

    if output is not None and output.suffix != ".jsonl":
        raise UsageError(f"-o {output}: tuning data is JSON Lines", f"-o {output.with_suffix('.jsonl')}")
    if output is not None and not output.absolute().parent.is_dir():
        raise UsageError(f"-o {output}: there is no folder {output.parent}", "make it first")
    if flags["upload"] and output is None:
        raise UsageError("--upload needs a file to upload", "name it: -o FILE")
    if flags["upload"]:
        from gemini_eval.tuning.upload import read_uri

        read_uri(flags["upload"])


def _options(flags: dict[str, Any]) -> DataOptions:
    from gemini_eval.verbs.tune.data import DataOptions

    return DataOptions(
        **{name: flags[name] for name in ("prompt", "answer", "input", "system", "against", "model", "drop", "near")}
    )


def _lines(data: TuningData) -> Iterator[str]:
    """What the data is, for people."""
    prompt = data.suite.variant.prompt if data.suite else None
    whose = f"{data.suite.suite.name}, prompt {prompt.name}: " if data.suite and prompt else ""
    counts = f"{_examples(len(data.train))} to train on, {len(data.validation):,} to validate by"
    yield f"{whose}{counts}; held against {data.evaluated:,} evaluation {'case' if data.evaluated == 1 else 'cases'}"
    if data.left_out:
        yield "left out: " + ", ".join(f"{count:,} that {what}" for what, count in data.left_out.items())
    if data.labels:
        shown = [f"{label} {count:,}" for label, count in list(data.labels.items())[:MOST_LABELS]]
        more = [f"{len(data.labels) - MOST_LABELS:,} more"] if len(data.labels) > MOST_LABELS else []
        yield "labels: " + ", ".join(shown + more)
    limit = f", of {data.limits.example_tokens:,} that {data.model} takes" if data.limits else ""
    yield f"tokens, estimated: {data.tokens:,} an epoch, the longest example {data.most_tokens:,}{limit}"


def _written(written: Written) -> str:
    from gemini_eval.suites.workspace import shown

    size = f"{written.bytes:,} bytes, sha256:{written.sha256[:12]}…"
    return f"{shown(written.path.absolute())}: {_examples(written.examples)}, {size}"


def _examples(count: int) -> str:
    return f"{count:,} {'example' if count == 1 else 'examples'}"


def _upload(written: Written, folder: str) -> None:
    from gemini_eval.tuning.upload import upload

    done = upload(written.path, folder, written.sha256)
    how = "there already" if done.there_already else "uploaded"
    click.echo(for_terminal(f"{done.uri}: {how}, {done.bytes:,} bytes, crc32c {done.crc32c}"))
