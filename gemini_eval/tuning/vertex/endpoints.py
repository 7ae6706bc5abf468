"""Endpoints of tuned models through google-cloud-aiplatform: listed, made, removed, each operation waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gemini_eval.errors import RunError
from gemini_eval.providers.gemini.error_body import clean
from gemini_eval.tuning.vertex.failures import told
from gemini_eval.tuning.vertex.place import Seat

TIMEOUT_S = 60.0
OPERATION_S = 3600.0
"""Deploying takes minutes; after so long something is wrong."""


@dataclass(frozen=True, slots=True)
class Served:
    """A model that an endpoint serves, with its share of the traffic in percent; `checkpoint` is Vertex AI's id, '' for none."""

    id: str
    model: str
    checkpoint: str
    traffic: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    name: str
    label: str
    models: tuple[Served, ...]
    labels: Mapping[str, str] = field(default_factory=dict)


class EndpointService:
    """The client is imported with the first call, since that takes seconds."""

    def __init__(self, seat: Seat, every_s: float, pause: Callable[[float], None] = time.sleep) -> None:
        self.seat, self._every_s, self._pause = seat, every_s, pause
        self._client: Any = None

    def find(self) -> Iterator[Endpoint]:
        """Every endpoint of the region. Raises `ServiceError`."""
        with self._told("the endpoints can't be listed", "aiplatform.endpoints.list"):
            for found in self._open().list_endpoints(parent=self.seat.parent, timeout=TIMEOUT_S):
                yield _read(found)

    def look(self, name: str) -> Endpoint:
        """Raises `ServiceError`."""
        with self._told(f"the endpoint {name} can't be looked at", "aiplatform.endpoints.get"):
            return _read(self._open().get_endpoint(name=name, timeout=TIMEOUT_S))

    def create(self, label: str, labels: Mapping[str, str]) -> str:
        """A new endpoint without a model; its name. Raises `ServiceError` and `RunError`."""
        from google.cloud import aiplatform_v1

        endpoint = aiplatform_v1.Endpoint(display_name=label, labels=dict(labels))
        with self._told("no endpoint was made", "aiplatform.endpoints.create"):
            operation = self._open().create_endpoint(parent=self.seat.parent, endpoint=endpoint, timeout=TIMEOUT_S)
            return str(self._done(operation).name)

    def deploy(self, endpoint: str, model: str, checkpoint: str, label: str) -> None:
        """Let an endpoint serve a model with all of the traffic. Raises `ServiceError` and `RunError`."""
        from google.cloud import aiplatform_v1

        served = aiplatform_v1.DeployedModel(model=model, display_name=label, checkpoint_id=checkpoint)
        request = aiplatform_v1.DeployModelRequest(endpoint=endpoint, deployed_model=served, traffic_split={"0": 100})
        with self._told(f"{label} was not deployed", "aiplatform.endpoints.deploy"):
            self._done(self._open().deploy_model(request, timeout=TIMEOUT_S))

    def remove(self, endpoint: Endpoint) -> None:
        """Take every model off an endpoint, and the endpoint away. Raises `ServiceError` and `RunError`."""
        with self._told(f"{endpoint.name} was not removed", "aiplatform.endpoints.undeploy and .delete"):
            client = self._open()
            for served in endpoint.models:
                self._done(client.undeploy_model(endpoint=endpoint.name, deployed_model_id=served.id, timeout=TIMEOUT_S))
            self._done(client.delete_endpoint(name=endpoint.name, timeout=TIMEOUT_S))

    def close(self) -> None:
        if self._client is not None:
            self._client.transport.close()

    def _done(self, operation: Any) -> Any:
        """What an operation comes to. Raises `RunError` where it takes too long."""
        end = time.monotonic() + OPERATION_S
        while not operation.done():
            if time.monotonic() > end:
                reason = f"{operation.operation.name} is not done after an hour"
                raise RunError(reason, "look at it in the console; gemini-eval tune endpoints says what came of it")
            self._pause(self._every_s)
        return operation.result(timeout=TIMEOUT_S)

    def _told(self, what: str, permission: str) -> Any:
        return told(what, self.seat, permission)

    def _open(self) -> Any:
        if self._client is None:
            from google.cloud import aiplatform_v1

            self._client = aiplatform_v1.EndpointServiceClient(
                credentials=self.seat.credentials, transport="rest", client_options={"api_endpoint": self.seat.base}
            )
        return self._client


def _read(found: Any) -> Endpoint:
    """An `aiplatform_v1.Endpoint`; each text is one line of printable text, whatever the service says."""
    served = tuple(
        Served(clean(one.id), clean(one.model), clean(one.checkpoint_id), found.traffic_split.get(one.id, 0))
        for one in found.deployed_models
    )
    return Endpoint(clean(found.name), clean(found.display_name), served, dict(found.labels))
