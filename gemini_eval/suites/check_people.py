"""People's verdicts beside the suite that they are about, told before the first request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gemini_eval.assertions.tree import merge, named_checks
from gemini_eval.errors import Faults, Place, did_you_mean
from gemini_eval.rubrics.people import Key, PeopleLabels, meets
from gemini_eval.rubrics.rubric import Rubric
from gemini_eval.suites.model import Case, Suite

MOST_TOLD = 5
"""So many labels with the same fault are told one by one."""


@dataclass(slots=True)
class PeopleRules:
    """`unseen` holds, by judge, the ids that labels name and no case has had so far."""

    suite: Suite
    unseen: dict[str, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.unseen = {judge: {key[0] for key in labels.verdicts} for judge, labels in self.suite.judges.people.items()}

    def see(self, case: Case) -> None:
        for ids in self.unseen.values():
            ids.discard(case.id)

    def finish(self, faults: Faults) -> None:
        """After the last case."""
        for judge, labels in self.suite.judges.people.items():
            rubrics = dict(self._rubrics(judge))
            self._check_whole(judge, labels, rubrics, faults)
            told = ((key, *fault) for key in labels.verdicts if (fault := self._fault(judge, labels, key, rubrics)))
            count = 0
            for key, reason, hint in told:
                count += 1
                if count <= MOST_TOLD:
                    faults.add(reason, labels.places[key], hint)
            if count > MOST_TOLD:
                faults.add(f"{count - MOST_TOLD:,} more labels of {judge} have such faults", self._place(judge), "as told above")

    def _rubrics(self, judge: str) -> Iterator[tuple[str, Rubric]]:
        """The suite's rubrics that the judge judges, by their names in figures."""
        prompts = [variant.prompt.assertions for variant in self.suite.variants if variant.prompt]
        for level in (self.suite.assertions, *(merge([self.suite.assertions, own]).assertions for own in prompts)):
            for name, check in named_checks(level):
                if isinstance(check.metric, Rubric) and judge in [juror.name for juror in check.metric.jurors]:
                    yield name, check.metric

    def _place(self, judge: str) -> Place | None:
        return self.suite.judges.models[judge].place

    def _check_whole(self, judge: str, labels: PeopleLabels, rubrics: dict[str, Rubric], faults: Faults) -> None:
        """What the labels must tell to be about one answer and one rubric."""
        asked = [variant.name for variant in self.suite.variants if not variant.model.answers]
        if not rubrics:
            faults.add(
                f"the judge {judge} is checked by people, but judges no rubric", self._place(judge), "take `checked_by` out"
            )
        if len(rubrics) > 1 and "assertion" not in labels.tells:
            reason = f"the judge {judge} judges {', '.join(rubrics)}, and its labels don't say which of them each is about"
            faults.add(reason, self._place(judge), "add the column `assertion`")
        if "answer" not in labels.tells and asked:
            reason = f"the labels of {judge} don't say which answer each is about, and {asked[0]} may answer otherwise"
            faults.add(reason, self._place(judge), "add the column `answer`: the text that was judged")
        elif not labels.tells & {"answer", "variant"} and len(self.suite.variants) > 1:
            reason = f"the labels of {judge} don't say which variant's answer each is about"
            faults.add(reason, self._place(judge), "add the column `variant` or `answer`")

    def _fault(self, judge: str, labels: PeopleLabels, key: Key, rubrics: dict[str, Rubric]) -> tuple[str, str] | None:
        """(reason, mend) of one label."""
        case_id, assertion, variant, _ = key
        variants = [known.name for known in self.suite.variants]
        if case_id in self.unseen[judge]:
            return f'no case has the id "{case_id}", which this label is about', "mend the id, or take the label out"
        if assertion and assertion not in rubrics:
            known = did_you_mean(assertion, rubrics) or f"it judges {', '.join(rubrics) or 'none'}"
            return f'the judge {judge} judges no "{assertion}"', known
        if variant and variant not in variants:
            return f'the suite has no variant "{variant}"', did_you_mean(variant, variants) or f"it has {', '.join(variants)}"
        verdict = labels.verdicts[key]
        for rubric in [rubrics[assertion]] if assertion else list(rubrics.values())[:1]:
            if meets(verdict, rubric.scale, rubric.threshold) is None:
                wanted = f"yes, no, or a score from {rubric.scale[0]} to {rubric.scale[1]}" if rubric.scale else "yes or no"
                return f'the verdict "{verdict[:60]}" is none', f"write {wanted}"
        return None
