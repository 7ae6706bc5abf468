"""`labels`, `order`, `answer` and `samples`."""

from __future__ import annotations

from gemini_eval.answer import AnswerRule, build_answer
from gemini_eval.errors import ValueRefusedError, did_you_mean
from gemini_eval.labels import Labels
from gemini_eval.suites.build.context import Context
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.model import Samples


def build_labels(context: Context, cursor: Cursor | None, folds: frozenset[str]) -> Labels | None:
    if cursor is None:
        return None
    if isinstance(cursor.value, list):
        labels = Labels({str(label): () for label in cursor.value}, folds)
    else:
        labels = Labels({label: tuple(map(str, aliases or ())) for label, aliases in cursor.value.items()}, folds)
    if not labels.aliases:
        context.faults.add("`labels` is empty", cursor.place, "name at least one label, or take the key out")
    for text, one, other in labels.clashes():
        context.faults.add(
            f'"{text}" stands for two labels, "{one}" and "{other}"', cursor.place, "give each label its own aliases"
        )
    return labels


def build_order(context: Context, cursor: Cursor | None, labels: Labels | None) -> tuple[str, ...]:
    """The labels from lowest to highest; it names each of them once."""
    if cursor is None:
        return ()
    order = tuple(str(label) for label in cursor.value)
    known = labels.names if labels else ()
    for item in cursor.items():
        if str(item.value) not in known:
            context.faults.add(f'`order` names "{item.value}", which is no label', item.place, did_you_mean(item.value, known))
    missing = [label for label in known if label not in order]
    if missing:
        context.faults.add(
            f'`order` lacks the label "{missing[0]}"', cursor.place, "name every label once, from lowest to highest"
        )
    return order


def build_abstain(context: Context, cursor: Cursor | None, labels: Labels | None, folds: frozenset[str]) -> Labels | None:
    """The words that count as no answer given; none of them is a label."""
    if cursor is None:
        return None
    words = [item for item in cursor.items() if _is_no_label(context, item, labels)]
    if not cursor.value:
        context.faults.add("`abstain` is empty", cursor.place, "name a word that stands for no answer, as unknown")
    return Labels({str(item.value): (str(item.value),) for item in words}, folds)


def _is_no_label(context: Context, item: Cursor, labels: Labels | None) -> bool:
    label = labels.canonical(str(item.value)) if labels else None
    if label is not None:
        reason = f'"{item.value}" is the label "{label}", so it can\'t stand for no answer too'
        context.faults.add(reason, item.place, "take it out of `labels` or of `abstain`")
    return label is None


def build_answer_rule(context: Context, cursor: Cursor | None) -> AnswerRule | None:
    if cursor is None:
        return None
    specs = list(cursor.items()) if isinstance(cursor.value, list) else [cursor]
    for spec in specs:
        try:
            build_answer([spec.value])
        except ValueRefusedError as error:
            context.faults.add(error.reason, (spec.get("regex") or spec).place, error.hint)
            return None
        except ValueError as error:
            context.faults.add(str(error), spec.place)
            return None
    return build_answer([spec.value for spec in specs]) if specs else None


def build_samples(context: Context, cursor: Cursor | None) -> Samples:
    if cursor is None:
        return Samples()
    value = cursor.value
    if value.get("vote") is not None and value.get("require") is not None:
        context.faults.add("`vote` and `require` exclude each other", cursor.place, "vote makes one answer; require judges each")
    require = value.get("require")
    count = value.get("count")
    if isinstance(require, int) and count is not None and require > count:
        reason = f"`require` is {require}, but only {count} samples are asked"
        context.faults.add(reason, cursor.entry("require").place, "raise `count`")
    return Samples(
        count=count,
        vote=True if value.get("vote") else None,
        require=float(require["mean"]) if isinstance(require, dict) else require,
        temperature=value.get("temperature"),
    )
