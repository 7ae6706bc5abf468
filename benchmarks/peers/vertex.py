"""The Vertex SDK's evals: its inference runner, then its evaluation with the rate limit lifted.

Its own exact_match is a request to the evaluation service for every case; a metric of three lines stands for it here, which
asks nobody. Its inference runs in 100 threads, which it has no option for.
"""

from __future__ import annotations

from typing import Any

import agentplatform
import pandas
from agentplatform import types
from google.genai.types import GenerateContentConfig, HttpOptions
from google.oauth2.credentials import Credentials

from benchmarks.peers import wine

NO_LIMIT = 1e9


def exact_match(instance: dict[str, Any]) -> float:
    (said,), (right,) = (turn["response"]["parts"] for turn in (instance, instance["reference"]))
    return float(said["text"] == right["text"])


def main() -> None:
    client = agentplatform.Client(
        project="benchmark",
        location="us-central1",
        credentials=Credentials(token=wine.KEY),
        http_options=HttpOptions(base_url=wine.server()),
    )
    template = wine.template()
    rows = pandas.DataFrame({"prompt": template.format(**row), "reference": row["expected"]} for row in wine.rows())
    config = GenerateContentConfig(temperature=wine.TEMPERATURE)
    answered = client.evals.run_inference(model=wine.MODEL, src=rows, config={"generate_content_config": config})
    result = client.evals.evaluate(
        dataset=answered,
        metrics=[types.Metric(name="exact", custom_function=exact_match)],
        config={"evaluation_service_qps": NO_LIMIT},
    )
    (summary,) = result.summary_metrics
    wine.tell(summary.mean_score, summary.num_cases_valid)


if __name__ == "__main__":
    main()
