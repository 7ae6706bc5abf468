"""Tuning jobs, endpoints of what they make, operations that deploy it: kept in memory, spoken by Google's own types."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import orjson

from tests.standin.errors import BadRequestError
from tests.standin.routes import Route
from tests.standin.script import Quota, Refuse, Tuning

_STATES = ("JOB_STATE_PENDING", "JOB_STATE_RUNNING", "JOB_STATE_SUCCEEDED")
_BODIES = {
    "tuningJobs.create": "TuningJob",
    "tuningJobs.cancel": "CancelTuningJobRequest",
    "endpoints.create": "Endpoint",
    "endpoints.deployModel": "DeployModelRequest",
    "endpoints.undeployModel": "UndeployModelRequest",
}
"""The message that a method's body is."""

_MOMENT = "2026-01-31T09:30:00Z"
_FEW_JOBS = Quota("ConcurrentTuningJobsPerProjectPerRegion", "aiplatform.googleapis.com/global_concurrent_tuning_jobs", 1)


class Refused(Exception):
    def __init__(self, refuse: Refuse) -> None:
        super().__init__(refuse.message)
        self.refuse = refuse


def is_resource(method: str) -> bool:
    return "." in method


def check_resource(route: Route, raw: bytes) -> None:
    """Raises `BadRequestError` for what the API would refuse."""
    if route.method not in _BODIES:
        return
    from google.protobuf import json_format

    message = getattr(import_module(f"google.cloud.aiplatform_{route.version}"), _BODIES[route.method])
    try:
        json_format.Parse(raw or b"{}", message.pb()())
    except json_format.ParseError as error:
        raise BadRequestError(f"Invalid JSON payload received. {error}") from None


class Resources:
    """What there is. Names count from 1, so that equal tests see equal ones."""

    def __init__(self, script: Tuning) -> None:
        self._script = script
        self._jobs: dict[str, dict[str, Any]] = {}
        self._looks: dict[str, int] = {}
        self._endpoints: dict[str, dict[str, Any]] = {}
        self._operations: dict[str, dict[str, Any]] = {}
        self._deployed = 0

    def answer(self, route: Route, body: Any, query: Mapping[str, str]) -> Any:
        """The JSON of the method's response. Raises `Refused`."""
        kind, _, action = route.method.partition(".")
        return getattr(self, f"_{kind}_{action}")(route, body or {}, query)

    # ---- tuning jobs ---------------------------------------------------------------------------------------------

    def _tuningJobs_create(self, route: Route, body: Any, _query: Mapping[str, str]) -> Any:
        running = [job for job in self._jobs.values() if job["state"] in _STATES[:2]]
        if self._script.at_once is not None and len(running) >= self._script.at_once:
            raise Refused(Refuse(429, message="Quota exceeded for concurrent tuning jobs.", quota=_FEW_JOBS))
        if not body.get("supervisedTuningSpec", {}).get("trainingDatasetUri", "").startswith("gs://"):
            raise Refused(Refuse(400, message="training_dataset_uri must be a Cloud Storage URI."))
        name = f"{route.model}/tuningJobs/{len(self._jobs) + 1}"
        self._jobs[name] = {**body, "name": name, "state": _STATES[0], "createTime": _MOMENT}
        self._looks[name] = 0
        return _told(route, "TuningJob", self._jobs[name])

    def _tuningJobs_get(self, route: Route, _body: Any, _query: Mapping[str, str]) -> Any:
        return _told(route, "TuningJob", self._seen(self._job(route.model)))

    def _tuningJobs_list(self, route: Route, _body: Any, query: Mapping[str, str]) -> Any:
        label, _, value = query.get("filter", "").removeprefix("labels.").partition(":")
        found = [job for job in self._jobs.values() if not label or (label in job.get("labels", {}) and value == "*")]
        start, size = int(query.get("pageToken") or 0), int(query.get("pageSize") or 100)
        page = [_told(route, "TuningJob", self._seen(job)) for job in reversed(found)][start : start + size]
        return {"tuningJobs": page, **({"nextPageToken": str(start + size)} if len(found) > start + size else {})}

    def _tuningJobs_cancel(self, route: Route, _body: Any, _query: Mapping[str, str]) -> Any:
        job = self._job(route.model)
        if job["state"] not in _STATES[:2]:
            raise Refused(Refuse(400, word="FAILED_PRECONDITION", message=f"The job is in state {job['state']}."))
        job.update(state="JOB_STATE_CANCELLED", endTime=_MOMENT)
        return {}

    def _job(self, name: str) -> dict[str, Any]:
        if name not in self._jobs:
            raise Refused(Refuse(404, message=f"The TuningJob {name} does not exist."))
        return self._jobs[name]

    def _seen(self, job: dict[str, Any]) -> dict[str, Any]:
        """The job, a look nearer to its end."""
        if job["state"] not in _STATES[:2]:
            return job
        self._looks[job["name"]] += 1
        job["state"] = _STATES[min(2, self._looks[job["name"]] // self._script.looks)]
        message = self._script.failing.get(job.get("tunedModelDisplayName", ""))
        if job["state"] == _STATES[2]:
            job["endTime"] = _MOMENT
            if message:
                job.update(state="JOB_STATE_FAILED", error={"code": 3, "message": message})
            else:
                self._finish(job)
        return job

    def _finish(self, job: dict[str, Any]) -> None:
        parent, _, number = job["name"].partition("/tuningJobs/")
        model = f"{parent}/models/{1000 + int(number)}@1"
        epochs = int(job["supervisedTuningSpec"].get("hyperParameters", {}).get("epochCount", 1))
        points = []
        for epoch in range(1, epochs + 1):
            point = {"checkpointId": str(epoch), "epoch": str(epoch), "step": str(epoch * 8)}
            if self._script.deployed or epoch == epochs:
                point["endpoint"] = f"{parent}/endpoints/{7000 + 100 * int(number) + epoch}"
                self._endpoints[point["endpoint"]] = _endpoint(point["endpoint"], job, model, str(epoch))
            points.append(point)
        job["tunedModel"] = {"model": model, "endpoint": points[-1]["endpoint"], "checkpoints": points}
        rows = self._script.dropped
        stats = {
            "tuningDatasetExampleCount": str(self._script.examples),
            "totalBillableTokenCount": str(self._script.examples * 80),
            "totalTruncatedExampleCount": str(len(rows)),
            "truncatedExampleIndices": [str(row) for row, _ in rows],
            "droppedExampleReasons": [why for _, why in rows],
        }
        job["tuningDataStats"] = {"supervisedTuningDataStats": stats}

    # ---- endpoints -----------------------------------------------------------------------------------------------

    def _endpoints_list(self, route: Route, _body: Any, _query: Mapping[str, str]) -> Any:
        own = [endpoint for name, endpoint in sorted(self._endpoints.items()) if name.startswith(f"{route.model}/")]
        return {"endpoints": [_told(route, "Endpoint", endpoint) for endpoint in own]}

    def _endpoints_get(self, route: Route, _body: Any, _query: Mapping[str, str]) -> Any:
        return _told(route, "Endpoint", self._known(route.model))

    def _endpoints_create(self, route: Route, body: Any, _query: Mapping[str, str]) -> Any:
        self._deployed += 1
        name = f"{route.model}/endpoints/{9000 + self._deployed}"
        self._endpoints[name] = {**body, "name": name}
        return self._operation(route, "Endpoint", self._endpoints[name])

    def _endpoints_delete(self, route: Route, _body: Any, _query: Mapping[str, str]) -> Any:
        if self._known(route.model).get("deployedModels"):
            raise Refused(Refuse(400, word="FAILED_PRECONDITION", message="The Endpoint has deployed models."))
        del self._endpoints[route.model]
        return self._operation(route, "", {})

    def _endpoints_deployModel(self, route: Route, body: Any, _query: Mapping[str, str]) -> Any:
        endpoint, model = self._known(route.model), body["deployedModel"]
        number = str(500 + sum(len(one.get("deployedModels", ())) for one in self._endpoints.values()))
        deployed = {**model, "id": number}
        endpoint["deployedModels"] = [*endpoint.get("deployedModels", ()), deployed]
        split = {number if key == "0" else key: share for key, share in body.get("trafficSplit", {}).items()}
        endpoint["trafficSplit"] = split
        return self._operation(route, "DeployModelResponse", {"deployedModel": deployed})

    def _endpoints_undeployModel(self, route: Route, body: Any, _query: Mapping[str, str]) -> Any:
        endpoint = self._known(route.model)
        left = [model for model in endpoint.get("deployedModels", ()) if model["id"] != body["deployedModelId"]]
        if len(left) == len(endpoint.get("deployedModels", ())):
            raise Refused(Refuse(404, message=f"The deployed model {body['deployedModelId']} does not exist."))
        endpoint["deployedModels"], endpoint["trafficSplit"] = left, dict(body.get("trafficSplit", {}))
        return self._operation(route, "UndeployModelResponse", {})

    def _known(self, name: str) -> dict[str, Any]:
        if name not in self._endpoints:
            raise Refused(Refuse(404, message=f"The Endpoint {name} does not exist."))
        return self._endpoints[name]

    # ---- operations ----------------------------------------------------------------------------------------------

    def _operation(self, route: Route, message: str, response: Any) -> Any:
        """Begun; it is done when it is looked at."""
        parent = "/".join(route.model.split("/")[:4])
        name = f"{parent}/operations/{len(self._operations) + 1}"
        package = f"google.cloud.aiplatform.{route.version}.{message}" if message else "google.protobuf.Empty"
        told = _told(route, message, response) if message else {}
        self._operations[name] = {"@type": f"type.googleapis.com/{package}", **told}
        return {"name": name}

    def _operations_get(self, route: Route, _body: Any, _query: Mapping[str, str]) -> Any:
        if route.model not in self._operations:
            raise Refused(Refuse(404, message=f"The operation {route.model} does not exist."))
        return {"name": route.model, "done": True, "response": self._operations[route.model]}


def _endpoint(name: str, job: Mapping[str, Any], model: str, checkpoint: str) -> dict[str, Any]:
    number = name.rpartition("/")[2]
    deployed = {"id": f"1{number}", "model": model, "displayName": job.get("tunedModelDisplayName", "")}
    return {
        "name": name,
        "displayName": job.get("tunedModelDisplayName", ""),
        "deployedModels": [{**deployed, "checkpointId": checkpoint}],
        "trafficSplit": {f"1{number}": 100},
    }


def _told(route: Route, message: str, fields: Mapping[str, Any]) -> Any:
    """As Google's type of that name says it: fields that it lacks are a bug of the server."""
    from google.protobuf import json_format

    kind = getattr(import_module(f"google.cloud.aiplatform_{route.version}"), message, None)
    if kind is None:
        kind = getattr(import_module(f"google.cloud.aiplatform_{route.version}.types"), message)
    return orjson.loads(json_format.MessageToJson(json_format.Parse(orjson.dumps(fields), kind.pb()())))
