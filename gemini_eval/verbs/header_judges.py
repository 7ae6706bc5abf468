"""Who judged a run, and by which texts: the part of its header that says so."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from hashlib import sha256

from gemini_eval.assertions.tree import rubrics_of
from gemini_eval.rubrics.likelihood import LIKELIHOOD_VERSION
from gemini_eval.rubrics.pairwise import PAIR_VERSION
from gemini_eval.rubrics.wording import VERSION
from gemini_eval.safe.templates import TemplateSource
from gemini_eval.suites.model import Suite
from gemini_eval.types import Json

DIGITS = 16
_WORDS = {"rubrics": VERSION, "comparisons": PAIR_VERSION, "confidence": LIKELIHOOD_VERSION}


def judges_header(suite: Suite, asked: Collection[str]) -> dict[str, Json]:
    """The judges that are asked, hashes of the words that every judge is told, and the texts of this suite that they read, each
    with its file and hash; nothing where nobody is asked. A case's own rubrics are in the hash of what it was judged by."""
    if not asked:
        return {}
    judges = [
        {
            "name": model.name,
            "model": model.id,
            "location": model.location,
            "params": {name: setting.value for name, setting in model.settings.items()},
        }
        for model in (suite.judges.models[name] for name in sorted(asked))
    ]
    return {"judges": judges, "judged_with": {**_WORDS, "texts": [_text(*told) for told in _texts(suite)]}}


def _texts(suite: Suite) -> Iterator[tuple[str, str, TemplateSource]]:
    """What a text is of, its name, and the text."""
    for level in (suite.assertions, *(prompt.assertions for prompt in suite.prompts.values())):
        yield from (("assertion", name, rubric.source) for name, rubric in rubrics_of(level))
    yield from (("comparison", pair.name, pair.source) for pair in suite.pairwise)
    for name, source in suite.confidence.items():
        if source.likelihood is not None:
            yield "confidence", name, source.likelihood.source


def _text(of: str, name: str, source: TemplateSource) -> Json:
    return {"of": of, "name": name, "file": source.path, "sha256": sha256(source.text.encode()).hexdigest()[:DIGITS]}
