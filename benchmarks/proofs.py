"""`python -m benchmarks.proofs [NAME…]`: proofs of promises that tests are too short for; all of them without a name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence

from benchmarks import checks, metrics, reliability, suites, tuning, tuning_forward, verdicts
from benchmarks.__main__ import main as benchmarks

PROOFS: Mapping[str, Callable[[], int]] = {
    "benchmarks": benchmarks,
    "suites": suites.main,
    "reliability": reliability.main,
    "verdicts": verdicts.main,
    "checks": checks.main,
    "metrics": metrics.main,
    "tuning": tuning.main,
    "tuning-forward": tuning_forward.main,
}
"""Name -> what runs it; its exit status is 0 where the proof holds."""


def main(names: Sequence[str]) -> int:
    unknown = [name for name in names if name not in PROOFS]
    if unknown:
        print(f'there is no proof "{unknown[0]}"; there are {", ".join(PROOFS)}', file=sys.stderr)
        return 2
    failed = []
    for name in names or PROOFS:
        print(f"== {name}", flush=True)
        if PROOFS[name]():
            failed.append(name)
    if failed:
        print(f"not proved: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
