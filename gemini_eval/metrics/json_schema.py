from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from gemini_eval.errors import ValueRefusedError
from gemini_eval.metrics.document import not_json, pieces, read_document
from gemini_eval.metrics.parameters import ParameterError
from gemini_eval.metrics.schema_cost import MOST_CHECKS, SchemaCost
from gemini_eval.metrics.wording import clip, failed, passed, show
from gemini_eval.paths import lookup, write_path
from gemini_eval.types import Json, Subject, Verdict


@dataclass(frozen=True, slots=True)
class JsonSchema:
    """The JSON output is valid under a JSON Schema (drafts 4 to 2020-12, by its `$schema`; 2020-12 where it has none).

    Only references inside the schema are followed; nothing is fetched. Patterns have no look-around and match in linear time.

    `anywhere: true` looks for JSON in the output's ``` fences, then in its text, and takes the first piece that is valid.
    """

    schema: dict[str, Json] | bool
    anywhere: bool = False
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
        if self.anywhere:
            return self._look_for(subject)
        try:
            document = read_document(subject.value)
        except ValueRefusedError as error:
            return failed(not_json(subject.value, error))
        return self.check(document, "the output is")

    def _look_for(self, subject: Subject) -> Verdict:
        first: Verdict | None = None
        try:
            for where, piece in pieces(subject.value):
                verdict = self.check(piece, f"JSON in {where} is")
                if verdict.passed is not False:
                    return verdict
                first = first or verdict
        except ValueRefusedError as error:
            return Verdict(None, 0.0, error.reason)
        return first or failed(f"there is no JSON in {show(subject.value)}")

    def check(self, document: Json, what: str = "it is") -> Verdict:
        """Of a document that is read already."""
        import jsonschema_rs

        if self._cost.exceeds(document):
            return Verdict(None, 0.0, f"the schema repeats its references so often that this takes over {MOST_CHECKS:,} checks")
        try:
            self._validator.validate(document)
        except jsonschema_rs.ValidationError as error:
            return failed(_reason(document, error))
        return passed(f"{what} valid under the schema")


def _reason(document: Json, error: Any) -> str:
    """Where the first error is, the value there and what the schema says of it."""
    path = tuple(error.instance_path)
    where = write_path(path) if path else "the whole"
    return f"{where} is {show(lookup(document, path))}: {clip(error.message, 200)}"
