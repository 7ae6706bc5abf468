"""What was asked and judged -> the comparison, the gates, the exit status, the run's header."""

from __future__ import annotations

from collections.abc import Sequence

from gemini_eval.comparison.model import Comparison, Moved, State, VariantComparison
from gemini_eval.gates import GateResult, GateStatus, decide_exit
from gemini_eval.runs.codec import codec_of
from gemini_eval.summary.model import Summary
from gemini_eval.verbs.check.asking import Asker
from gemini_eval.verbs.check.bar import moved_bar
from gemini_eval.verbs.check.decide import compared, gates_of
from gemini_eval.verbs.check.rounds import Asking
from gemini_eval.verbs.check.sides import Asked, Session
from gemini_eval.verbs.check.survey import Surveyed
from gemini_eval.verbs.run import Outcomes

_COMPARISON = codec_of(Comparison)


def conclude(asked: Asked) -> Outcomes:
    """The comparison, the gates and the exit status, all of which go into the run's header."""
    session, asker = asked.session, asked.asker
    options, folder, ending = asker.options, asker.folder, asker.ending
    before, after = asked.sides.summaries()
    variants, together = compared(asked.askings, folder)
    told = {(variant.suite, variant.variant) for variant in variants}
    rest = [VariantComparison(*found.name, State.UNCHANGED) for found in asked.surveyed if found.name not in told]
    moved = [*session.moved, *(move for pair in session.pairs for move in moved_bar(pair, asked.surveyed))]
    comparison = Comparison(
        session.kind,
        *session.sides,
        (*variants, *rest),
        tuple(moved),
        together,
        unaffected=_unaffected(session, asked.surveyed),
        new_suites=tuple(pair.head.name for pair in session.pairs if pair.base is None and not pair.unreadable),
        notes=session.notes,
        not_recorded=asked.not_recorded,
        command=session.command,
    )
    partial = options.run.selection.partial or ending.over
    gates = gates_of(session.heads, asked.variants, (before, after), variants, partial=partial, absolute=options.absolute)
    if session.policy.policy.get("bar_moved") == "fail":
        gates += [_bar_gate(move) for move in moved]
    status = _status(asked, gates, (before, after))
    folder.update_header(
        asked={"sent": ending.sent, "cached": asker.cached, "cost_micros": ending.cost_micros},
        status=_state(after, asker),
        exit_status=status,
        partial=partial,
        ended=ending.cut,
        summary=after.to_json(),
        gates=[gate.to_json() for gate in gates],
        comparison=_COMPARISON.encode(comparison),
    )
    return Outcomes(folder, session.heads, after, tuple(gates), ending, status, session.prepared.warnings, comparison)


def _unaffected(session: Session, surveyed: Sequence[Surveyed]) -> tuple[str, ...]:
    """The suites of which no variant changed."""
    changed = {found.name[0] for found in surveyed if found.state is not State.UNCHANGED}
    return tuple(suite.name for suite in session.heads if suite.name not in changed)


def _bar_gate(move: Moved) -> GateResult:
    what = move.what or f"{move.count} cases"
    reason = f"{what}: {move.before or 'none'} → {move.after or 'none'}" if move.before or move.after else what
    return GateResult(move.suite, f"bar_moved: {str(move.kind).replace('_', ' ')}", move.variant, GateStatus.FAILS, reason)


def _status(asked: Asked, gates: Sequence[GateResult], summaries: tuple[Summary, Summary]) -> int:
    """130 interrupted, 3 cut short or invalid, then as the gates say; 4 where recordings alone were asked and lack something."""
    ending, run = asked.asker.ending, asked.asker.options.run
    if ending.interrupted or ending.cut:
        return 130 if ending.interrupted else 3
    before, after = summaries
    if not run.recordings_only and _is_invalid(before, asked.askings):
        return 3
    policy = asked.session.policy.on_inconclusive
    status = decide_exit(gates, after, run.strict, on_inconclusive=policy, recordings_only=run.recordings_only)
    return 4 if status == 0 and asked.not_recorded else status


def _is_invalid(before: Summary, askings: Sequence[Asking]) -> bool:
    """Whether too much of the base was not delivered, and nothing stands in."""
    replaced = {asking.surveyed.name for asking in askings if asking.baseline is not None}
    found = ((suite.suite, variant) for suite in before.suites.values() for variant in suite.variants.values())
    return any(variant.invalid and (suite, variant.variant) not in replaced for suite, variant in found)


def _state(summary: Summary, asker: Asker) -> str:
    if asker.ending.interrupted:
        return "interrupted"
    if asker.ending.over:
        return "stopped"
    return "invalid" if summary.invalid else "done"
