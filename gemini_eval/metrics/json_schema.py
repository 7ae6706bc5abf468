from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.document import not_json, read_document
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.schema_cost import MOST_CHECKS, SchemaCost
from gemini_eval.metrics.wording import clip, failed, passed, show
from gemini_eval.paths import lookup, write_path
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """The JSON output is valid under a JSON Schema (drafts 4 to 2020-12, by its `$schema`; 2020-12 where it has none).

    Only references inside the schema are followed; nothing is fetched. Patterns have no look-around and match in linear time.
    """

    schema: dict[str, Json] | bool
    _validator: Any = field(init=False, repr=False, compare=False)
    _cost: SchemaCost = field(init=False, repr=False, compare=False)

    NAME: ClassVar[str] = "json_schema"
    READS: ClassVar[Literal["answer", "output", "response"]] = "output"
    POSITIONAL: ClassVar[str | None] = "schema"
    NEEDS_EXPECTED: ClassVar[bool] = False

    def __post_init__(self) -> None:
        import jsonschema_rs

        try:
            object.__setattr__(self, "_cost", SchemaCost(self.schema))
            engine = jsonschema_rs.RegexOptions()
            validator = jsonschema_rs.validator_for(self.schema, pattern_options=engine, offline=True, mask="it")
            object.__setattr__(self, "_validator", validator)
        except ParameterError as error:
            raise ParameterError(error.reason, error.hint, ("schema", *error.path)) from None
        except jsonschema_rs.ValidationError as error:
            where = tuple(error.instance_path)
            pattern = where[-1:] == ("pattern",)
            hint = "a pattern has no look-around or back-reference, as in RE2" if pattern else "see https://json-schema.org"
            raise ParameterError(f"json_schema: {_reason(self.schema, error)}", hint, ("schema", *where)) from None
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise ParameterError(f"json_schema can't be used: {clip(str(error), 200)}", path=("schema",)) from None

    def judge(self, subject: Subject) -> Verdict:
        import jsonschema_rs

        try:
            document = read_document(subject.value)
        except ValueRefusedError as error:
            return failed(not_json(subject.value, error))
        if self._cost.exceeds(document):
            return Verdict(None, 0.0, f"the schema repeats its references so often that this takes over {MOST_CHECKS:,} checks")
        try:
            self._validator.validate(document)
        except jsonschema_rs.ValidationError as error:
            return failed(_reason(document, error))
        return passed("the output is valid under the schema")


def _reason(document: Json, error: Any) -> str:
    """Where the first error is, the value there and what the schema says of it."""
    path = tuple(error.instance_path)
    where = write_path(path) if path else "the whole"
    return f"{where} is {show(lookup(document, path))}: {clip(error.message, 200)}"
