"""inspect-ai with its Google provider and its exact scorer."""

from __future__ import annotations

from inspect_ai import Task, eval
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import GenerateConfig
from inspect_ai.scorer import accuracy, exact
from inspect_ai.solver import generate

from benchmarks.peers import wine


def main() -> None:
    template = wine.template()
    samples = [Sample(id=row["id"], input=template.format(**row), target=row["expected"]) for row in wine.rows()]
    task = Task(
        name="wine",
        dataset=MemoryDataset(samples),
        solver=generate(),
        scorer=exact(),
        metrics=[accuracy()],
        config=GenerateConfig(temperature=wine.TEMPERATURE),
    )
    (log,) = eval(
        task,
        model=f"google/{wine.MODEL}",
        model_base_url=wine.server(),
        max_connections=wine.CONCURRENCY,
        max_samples=wine.CONCURRENCY,
        display="none",
    )
    if log.status != "success" or log.results is None:
        raise SystemExit(f"{log.status}: {log.error}")
    wine.tell(log.results.scores[0].metrics["accuracy"].value, log.results.completed_samples)


if __name__ == "__main__":
    main()
