"""`python -m benchmarks`: measure, print the tables, write docs/benchmarks.md; exit 1 where a promise is not kept."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import asked, asked_page, figures, figures_page, works
from benchmarks.contenders import contenders
from benchmarks.page import Origin, write_page
from benchmarks.promise import Promise, promised

COMMAND = "make bench"
PACKAGES = ("aiohttp", "click", "google-re2", "jinja2", "orjson", "pydantic", "pyyaml", "uvloop")
PARTS = ("processes", "asked")


def main(arguments: Sequence[str] = ()) -> int:
    """0 where every promise is kept and every tool that was measured gave a right result; small counts promise nothing."""
    options = _options(arguments)
    origin = Origin.now(COMMAND, PACKAGES)
    promises: list[Promise] = []
    texts: list[str] = []
    whole = True
    if "processes" in options.parts:
        sizes = (figures.few if options.counts == "small" else figures.full)(huge=options.million)
        with TemporaryDirectory(prefix="gemini-eval-bench-") as folder:
            results = figures.measure(Path(folder), sizes)
        promises += results.promises()
        texts += ["## Measured", figures_page.section(results)]
    if "asked" in options.parts:
        who, missing = contenders(options.peers)
        found = asked.measure(works.SMALL if options.counts == "small" else works.FULL, who, _progress)
        promises += found.promises()
        whole = found.whole
        texts += ["## Side by side", asked_page.section(found, missing)]
    parts = ["## Promised", promised(promises), *texts]
    print("\n\n".join(parts))
    if options.counts == "full" and set(options.parts) == set(PARTS) and options.peers is None:
        print(f"\nwritten: {write_page('benchmarks.md', 'Benchmarks', origin, parts).name}")
    else:
        print("\nnothing is written: that takes a full run of everything")
    return 0 if whole and (options.counts == "small" or all(promise.kept for promise in promises)) else 1


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--counts", choices=("full", "small"), default="full", help="small: a check that all of it works")
    parser.add_argument("--million", action="store_true", help="also 1,000,000 replayed cases: minutes, and 3 GB of disk")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS), help="what to measure")
    parser.add_argument("--peers", nargs="*", metavar="KEY", help="only these peers; without a name, none")
    return parser.parse_args(arguments)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
