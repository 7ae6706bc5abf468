"""A suite file -> a checked `Suite`. Every fault of every file is told at once; no row of data is read here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from gemini_eval.answer import AnswerRule
from gemini_eval.assertions.confidence import CALIBRATED
from gemini_eval.assertions.tree import Assertion, Check, Group, Written, leaves, merge, named_checks
from gemini_eval.errors import Fault, Faults, InputError, did_you_mean
from gemini_eval.gates import FigureContext, asked_of
from gemini_eval.metrics.build import build_metric
from gemini_eval.providers import parameter_faults
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.safe.code import Use
from gemini_eval.safe.files import read_bytes
from gemini_eval.safe.yaml_reader import YamlMap
from gemini_eval.suites.build.answers import build_abstain, build_answer_rule, build_labels, build_order, build_samples
from gemini_eval.suites.build.assertions import build_assertions
from gemini_eval.suites.build.confidence import build_confidence, check_phrases
from gemini_eval.suites.build.context import Context, as_mapping
from gemini_eval.suites.build.data import build_sources
from gemini_eval.suites.build.fields import build_fields
from gemini_eval.suites.build.gates import build_gates
from gemini_eval.suites.build.judges import build_judges
from gemini_eval.suites.build.models import NO_MODEL, Swap, build_models, check_model, default_models, swapped_models
from gemini_eval.suites.build.pairwise import build_pairwise
from gemini_eval.suites.build.prompts import build_prompts
from gemini_eval.suites.build.settings import build_settings
from gemini_eval.suites.build.variants import build_variants
from gemini_eval.suites.cursor import Cursor
from gemini_eval.suites.fingerprint import asked_digest
from gemini_eval.suites.inherit import read_merged
from gemini_eval.suites.matrix import build_axes
from gemini_eval.suites.model import InlineCase, Model, Prompt, Setting, Suite, Variant
from gemini_eval.suites.params import canonical_name, check_parameter
from gemini_eval.suites.tuned import PREFIX
from gemini_eval.suites.workspace import Workspace, find_workspace
from gemini_eval.summary.context import SourceContext
from gemini_eval.types import Json

LABELLED_TASKS = ("classification", "sentiment")
NAMED_BY_GATES = frozenset(
    ("labels", "order", "abstain", "fields", "assert", "measure", "prompts", "models", "variants", "confidence", "pairwise")
)
"""Where one of these is misshapen, what a gate may name is not known, and no gate is blamed for it."""

FIELDS_MEND = "declare `fields:`; `gemini-eval list --fields SUITE` prints them, as its expected values have them"


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """What the command line or the caller says over the suite: models instead of its own, `--set` parameters, `--var` variables.

    With `need_model` False a suite in which nobody chose a model loads all the same, to be listed or validated. With `need_tuned`
    False a suite may name a tuned model that the registry does not have yet: it is to be tuned. `swap` puts one model for
    another. `code` says what becomes of functions that a suite names: never the suite itself.
    """

    models: tuple[str, ...] = ()
    settings: Mapping[str, Json] = field(default_factory=dict)
    variables: Mapping[str, Json] = field(default_factory=dict)
    target: str = ""
    need_model: bool = True
    need_tuned: bool = True
    swap: Swap | None = None
    code: Use = "refuse"


def load_suite(path: str | Path, options: LoadOptions | None = None, workspace: Workspace | None = None) -> Suite:
    """Raises `InputError` with every fault found, warnings beside them."""
    chosen = options or LoadOptions()
    file = Path(path).absolute()
    if file.is_dir():
        raise InputError([Fault(f"{path} is a folder, not a suite", hint="name the suites in it, as FOLDER/*.yaml")])
    if not file.is_file():
        raise InputError([Fault(f"there is no suite {path}", hint=_nearby(file))])
    faults = Faults()
    merged = read_merged(file, faults)
    if merged is None:
        raise InputError(faults.errors)
    context = Context(faults, workspace or find_workspace(file), file, merged.files)
    suite = build_suite(context, merged.tree, chosen)
    faults.raise_if_any()
    return replace(suite, warnings=faults.warnings, sha256=_hash(context))


def build_suite(context: Context, tree: YamlMap, options: LoadOptions) -> Suite:
    """Every part that is well shaped is built, so that its own faults are told too."""
    from gemini_eval.suites.shape import check_shape
    from gemini_eval.suites.wire import SuiteWire

    context.code = options.code
    context.broken = check_shape(SuiteWire, tree, context.faults)
    top = Cursor.top(tree)

    def part(name: str) -> Cursor | None:
        return None if name in context.broken else top.get(name)

    task = part("task")
    context.judges = build_judges(context, part("judges"), options.target)
    answer = build_answer_rule(context, part("answer"))
    labels = build_labels(context, part("labels"), answer.folds if answer else frozenset())
    prompts = build_prompts(context, part("prompts"))
    fields = build_fields(context, part("fields"), part("other_fields"), labels, task.value if task else None)
    always = "label" if task and task.value in LABELLED_TASKS else "fields" if part("fields") else ""
    assertions = _asserted(context, part("assert"), part("measure"), always)
    _merge_prompts(context, assertions, prompts)
    variables, threshold = part("vars"), part("threshold")
    samples = build_samples(context, part("samples"))
    variants = _variants(context, top, prompts, part("models"), options)
    suite = Suite(
        name=top.text("name"),
        path=context.path,
        root=context.root,
        workspace=context.workspace,
        description=top.text("description"),
        task=task.value if task else None,
        labels=labels,
        order=build_order(context, part("order"), labels),
        fields=fields,
        abstain=build_abstain(context, part("abstain"), labels, answer.folds if answer else frozenset()),
        answer=answer,
        prompts=prompts,
        variants=variants,
        settings=build_settings(context, part("params"), "suite"),
        overrides=_overrides(options, context.faults),
        samples=samples,
        vars=as_mapping(context.filled(variables)) if variables else {},
        forced_vars=options.variables,
        matrix=build_axes(context, part("matrix")),
        sources=build_sources(context, part("data")),
        cases=_inline(part("cases")),
        assertions=assertions,
        judges=context.judges,
        pairwise=build_pairwise(context, part("pairwise"), variants),
        code=context.code,
        threshold=float(threshold.value) if threshold else None,
        several_labels=labels is not None and _are_lists(answer, prompts),
        confidence=build_confidence(context, part("confidence"), votes=bool(samples.vote) or "samples" in context.broken),
        files=context.files,
    )
    _check_whole(context, top, suite)
    _check_parameters(context, suite)
    if context.broken & NAMED_BY_GATES or (fields is None and part("fields")):
        return suite
    return replace(suite, gates=build_gates(context, part("gate"), figure_context(suite)))


def figure_context(suite: Suite) -> FigureContext:
    """What gates may name."""
    everywhere = [
        suite.assertions,
        *(merge([suite.assertions, prompt.assertions]).assertions for prompt in suite.prompts.values()),
    ]
    return FigureContext(
        labels=suite.labels.names if suite.labels else (),
        assertions=tuple(dict.fromkeys(name for level in everywhere for name in _all_names(level))),
        common=tuple(_all_names(suite.assertions)),
        fields=suite.fields.names if suite.fields else (),
        variants=tuple(variant.name for variant in suite.variants),
        has_votes=bool(suite.samples.vote),
        abstains=suite.abstain is not None,
        several_labels=suite.several_labels,
        order=suite.order if suite.labels and not suite.several_labels and set(suite.order) == set(suite.labels.names) else (),
        sources=tuple(_source_names(suite)),
        pairs={pair.name: (pair.variant, pair.over) for pair in suite.pairwise},
        juries=tuple(dict.fromkeys(name for level in everywhere for name in _juries(level))),
        people=suite.judges.people,
        about={name: SourceContext(source.said_by, source.fit) for name, source in suite.confidence.items()},
        asked=asked_of(suite.gates),
    )


def _are_lists(answer: AnswerRule | None, prompts: Mapping[str, Prompt]) -> bool:
    return any(rule.several for rule in (answer, *(prompt.answer for prompt in prompts.values())) if rule)


def _source_names(suite: Suite) -> Iterator[str]:
    for name, source in suite.confidence.items():
        yield name
        if source.calibrate:
            yield name + CALIBRATED


def _asserted(context: Context, assert_: Cursor | None, measure: Cursor | None, always: str) -> tuple[Assertion, ...]:
    """The suite's assertions. `always` is judged even where it is not written (`label` in classification and sentiment, `fields`
    where fields are declared), unless the suite takes it out by name."""
    written: list[Written] = [*build_assertions(context, assert_), *build_assertions(context, measure, measured=True)]
    own = any(isinstance(item, Check) and item.metric_name == always and not item.measured for item in written)
    if always and not own:
        written.insert(0, Check(always, always, metric=build_metric(always)))
    merged = merge([written])
    for item in merged.missing:
        context.faults.add(
            f'there is no assertion "{item.name}" to remove', item.place, did_you_mean(item.name, _all_names(merged.assertions))
        )
    return merged.assertions


def _all_names(assertions: Sequence[Assertion]) -> list[str]:
    return [name for item in assertions for name in _names(item)]


def _names(assertion: Assertion) -> list[str]:
    """An assertion's name, and those of a group's children as `group/child`."""
    if isinstance(assertion, Group):
        return [assertion.name, *(f"{assertion.name}/{name}" for child in assertion.children for name in _names(child))]
    return [assertion.name]


def _juries(assertions: Sequence[Assertion]) -> Iterator[str]:
    """The assertions that several judges judge, a group's children as `group/child`."""
    for name, check in named_checks(assertions):
        if isinstance(check.metric, Rubric) and len(check.metric.jurors) > 1:
            yield name


def _merge_prompts(context: Context, assertions: Sequence[Assertion], prompts: Mapping[str, Prompt]) -> None:
    """What prompts take out is there, and not final."""
    for prompt in prompts.values():
        merged = merge([assertions, prompt.assertions])
        for item in merged.missing:
            context.faults.add(
                f'there is no assertion "{item.name}" to remove', item.place, did_you_mean(item.name, _all_names(assertions))
            )
        for kept in merged.kept:
            context.faults.add(f'the assertion "{kept.name}" is final: it can be neither removed nor replaced', kept.place)


def _variants(
    context: Context, top: Cursor, prompts: Mapping[str, Prompt], models: Cursor | None, options: LoadOptions
) -> tuple[Variant, ...]:
    own = swapped_models(context, build_models(context, models, options.target), options.swap, options.target)
    given = [] if set(options.models) <= own.keys() else list(default_models(context, options.models, options.target).values())
    defaults = swapped_models(context, default_models(context, (), options.target), options.swap, options.target)
    fallback = given or list(defaults.values())
    if not own and not fallback and "models" not in context.broken:
        if options.need_model:
            context.faults.extend([NO_MODEL])
        fallback = [Model("model", "")]
    used = own or {model.name: model for model in fallback}
    variants = build_variants(context, top, prompts, used) if not context.broken & {"variants", "param_sets"} else ()
    if given and own:
        variants = _answered_by(variants, given)
    for model in {variant.model.name: variant.model for variant in variants}.values():
        if model.id and (options.need_tuned or not model.id.startswith(PREFIX)):
            check_model(context, model, options.target)
    return variants


def _answered_by(variants: Sequence[Variant], models: Sequence[Model]) -> tuple[Variant, ...]:
    """Every variant with the models of the command line in place of its own; a suffix tells several apart."""
    return tuple(
        replace(variant, model=model, name=variant.name if len(models) == 1 else f"{variant.name}@{model.name}")
        for variant in variants
        for model in models
    )


def _overrides(options: LoadOptions, faults: Faults) -> dict[str, Setting]:
    settings = {}
    for written, value in options.settings.items():
        name = canonical_name(written)
        reason, hint = check_parameter(name, value)
        if reason:
            faults.add(f"--set {written}: {reason}", None, hint)
        else:
            settings[name] = Setting(value, "--set")
    return settings


def _inline(cursor: Cursor | None) -> tuple[InlineCase, ...]:
    return tuple(InlineCase(item.value, item.place) for item in cursor.items()) if cursor else ()


def _check_whole(context: Context, top: Cursor, suite: Suite) -> None:
    """What only the whole suite shows."""
    _check_trained_prompts(context, suite)
    faults = context.faults
    if not suite.sources and not suite.cases and not context.broken & {"data", "cases"}:
        faults.add("the suite has no cases", top.place, "write `data: FILE` or `cases:`")
    asked = any(not variant.model.answers for variant in suite.variants)
    if asked and not suite.sources and "prompts" not in top.value:
        faults.add(
            "the suite has no prompt", top.place, "write `prompts: FILE`, or give tuning data, which holds its own requests"
        )
    if suite.task in LABELLED_TASKS and suite.labels is None and "labels" not in context.broken:
        place = top.entry("task").place
        faults.warn(
            f"a {suite.task} suite without `labels`: no confusion matrix, and any text counts as a label", place, "write `labels`"
        )
    for leaf in (leaf for assertion in suite.assertions for leaf in leaves(assertion)):
        if leaf.metric_name == "label" and suite.labels is None and suite.task is None:
            faults.add("`label` needs `labels`", leaf.place, "write `labels: [...]` and `task: classification`")
        if leaf.metric_name == "fields" and "fields" not in top.value:
            faults.add("`fields` needs the suite's fields", leaf.place, FIELDS_MEND)


def _check_parameters(context: Context, suite: Suite) -> None:
    """What a variant's model can't take, told before a request."""
    for judge in suite.judges.models.values():
        _tell_parameters(context, judge, judge.settings)
    for variant in suite.variants:
        layers = [suite.settings, variant.model.settings, variant.prompt.settings if variant.prompt else {}, variant.settings]
        settings = {name: setting for layer in (*layers, suite.overrides) for name, setting in layer.items()}
        settings.pop("system_instruction", None)  # it becomes the request's system text
        _tell_parameters(context, variant.model, settings)
        for name in ("response_schema", "response_json_schema"):
            if name in settings:
                check_phrases(context, suite.confidence, settings[name].value)


def _check_trained_prompts(context: Context, suite: Suite) -> None:
    """A tuned model is asked with the prompt that its data was made with."""
    for variant in suite.variants:
        tuned, prompt = variant.model.tuned, variant.prompt
        if tuned and prompt and tuned.prompt and tuned.prompt != asked_digest(suite, variant):
            reason = f'{variant.name}: {variant.model.written} was tuned on another prompt than "{prompt.name}" is now'
            context.faults.warn(
                reason, variant.place or variant.model.place, "ask it with that prompt, or tune again with this one"
            )


def _tell_parameters(context: Context, model: Model, settings: Mapping[str, Setting]) -> None:
    values = {name: setting.value for name, setting in settings.items()}
    for fault in parameter_faults(model.id, model.through, values, context.workspace.place(model.target)):
        at = settings[fault.name].place if fault.name in settings else model.place
        context.faults.add(fault.reason, at, fault.hint)


def _hash(context: Context) -> str:
    """SHA-256 over every file that the suite was read from, data left out: it may be large, and rows are hashed one by one."""
    digest = sha256()
    for shown, path in sorted(context.files.items()):
        if path.suffix in (".yaml", ".yml", ".j2", ".jinja", ".txt", ".json"):
            digest.update(shown.encode() + b"\0" + sha256(read_bytes(path)).digest())
    return digest.hexdigest()


def _nearby(file: Path) -> str:
    suites = [str(path.name) for path in sorted(file.parent.glob("*.y*ml")) if path.is_file()] if file.parent.is_dir() else []
    return did_you_mean(file.name, suites) or "give the path of a YAML file"
