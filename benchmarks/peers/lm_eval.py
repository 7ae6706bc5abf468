"""lm-eval: a generate_until task over the CSV, its exact_match, and its HTTP model speaking the developer API's format."""

from __future__ import annotations

from typing import Any

from lm_eval import simple_evaluate
from lm_eval.models.api_models import TemplateAPI
from lm_eval.tasks import TaskManager

from benchmarks.peers import wine

# As its template language reads it: the prompt's own placeholders become Jinja's.
TASK = {
    "task": "wine",
    "dataset_path": "csv",
    "dataset_kwargs": {"data_files": {"test": wine.DATA}},
    "test_split": "test",
    "output_type": "generate_until",
    "doc_to_target": "{{expected}}",
    "generation_kwargs": {"until": [], "temperature": wine.TEMPERATURE},
    "metric_list": [{"metric": "exact_match"}],
}


class Gemini(TemplateAPI):
    """The two ends of a request; queueing, sending and retrying are its base class's."""

    def _create_payload(self, messages: Any, **_: Any) -> dict[str, Any]:
        return wine.request(messages)

    @staticmethod
    def parse_generations(outputs: Any, **_: Any) -> list[str]:
        return [wine.answer(outputs)]

    @staticmethod
    def parse_logprobs(outputs: Any, **_: Any) -> list[tuple[float, bool]]:
        raise ValueError("the task asks for texts only")


def main() -> None:
    prompt = wine.template().replace("{text}", "{{text}}").replace("{vintage}", "{{vintage}}")
    model = Gemini(
        model=wine.MODEL,
        base_url=wine.address(),
        header=wine.HEADERS,
        tokenizer_backend=None,
        tokenized_requests=False,
        num_concurrent=wine.CONCURRENCY,
    )
    task = {**TASK, "doc_to_text": prompt}
    found = simple_evaluate(model, tasks=[task], task_manager=TaskManager(include_defaults=False), bootstrap_iters=0)
    if found is None:
        raise SystemExit("nothing was judged")
    wine.tell(found["results"]["wine"]["exact_match,none"], found["n-samples"]["wine"]["effective"])


if __name__ == "__main__":
    main()
