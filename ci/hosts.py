"""The comments of a pull request on GitHub and of a merge request on GitLab, by their REST APIs."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

from api import Api, Refused
from outputs import Trouble, setting
from place import GITHUB, Place, commit


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment: its id, and whether the token's own user wrote it."""

    id: int
    body: str
    own: bool


class Host(Protocol):
    """Where the comments of one request are. Every method raises `Refused`."""

    api: Api

    def head(self) -> str:
        """The newest commit of the request's branch."""

    def comments(self) -> list[Comment]:
        """All, oldest first."""

    def create(self, body: str) -> None: ...

    def update(self, number: int, body: str) -> None: ...

    def delete(self, number: int) -> None: ...


def host_of(place: Place) -> Host:
    """The host of the place's pull or merge request. Raises `Trouble` where there is no token."""
    if place.system == GITHUB:
        return GitHub(github_api(), place.project, place.number)
    api = os.environ.get("CI_API_V4_URL", "")
    return GitLab(Api(api, {"PRIVATE-TOKEN": token()}), quote(place.project, safe=""), place.number)


def token() -> str:
    found = setting("TOKEN")
    if not found or not found.isascii() or not found.isprintable():
        raise Trouble("GEMINI_EVAL_CI_TOKEN holds no token")
    return found


def github_api() -> Api:
    headers = {
        "Authorization": f"Bearer {token()}",
        "Accept": "application/vnd.github+json",
        "X-GitHub-Api-Version": "2022-11-28",
    }
    return Api(os.environ.get("GITHUB_API_URL", "").rstrip("/"), headers)


@dataclass(slots=True)
class GitHub:
    """<https://docs.github.com/rest/issues/comments>: a pull request's plain comments are those of its issue."""

    api: Api
    repository: str
    number: int

    def head(self) -> str:
        found = self.api.ask("GET", f"/repos/{self.repository}/pulls/{self.number}")
        return _commit(_of(_of(found, "head"), "sha"))

    def comments(self) -> list[Comment]:
        me = self._me()
        found = self.api.pages(f"/repos/{self.repository}/issues/{self.number}/comments")
        return [Comment(int(_of(one, "id")), str(_of(one, "body") or ""), _login(_of(one, "user")) == me) for one in found]

    def create(self, body: str) -> None:
        self.api.ask("POST", f"/repos/{self.repository}/issues/{self.number}/comments", {"body": body})

    def update(self, number: int, body: str) -> None:
        self.api.ask("PATCH", f"/repos/{self.repository}/issues/comments/{number}", {"body": body})

    def delete(self, number: int) -> None:
        self.api.ask("DELETE", f"/repos/{self.repository}/issues/comments/{number}")

    def _me(self) -> str:
        """The token's own login. GraphQL tells it also for a job's token and an app's, which `GET /user` refuses."""
        address = os.environ.get("GITHUB_GRAPHQL_URL", "")
        graphql = Api(address, self.api.headers, self.api.budget_s, self.api.backoff_s)
        found = graphql.ask("POST", "", {"query": "query { viewer { login } }"}, only_reads=True)
        login = _login(_of(_of(found, "data"), "viewer"))
        if not login:
            raise Refused("the API does not say whose token this is")
        return login


@dataclass(slots=True)
class GitLab:
    """<https://docs.gitlab.com/api/notes/>. A job's own token may not write notes, a project access token may."""

    api: Api
    project: str
    number: int

    def head(self) -> str:
        return _commit(_of(self.api.ask("GET", self._path()), "sha"))

    def comments(self) -> list[Comment]:
        me = int(_of(self.api.ask("GET", "/user"), "id"))
        found = self.api.pages(f"{self._path()}/notes?sort=asc&order_by=created_at")
        return [
            Comment(int(_of(one, "id")), str(_of(one, "body") or ""), _of(_of(one, "author"), "id") == me)
            for one in found
            if not _of(one, "system")
        ]

    def create(self, body: str) -> None:
        self.api.ask("POST", f"{self._path()}/notes", {"body": body})

    def update(self, number: int, body: str) -> None:
        self.api.ask("PUT", f"{self._path()}/notes/{number}", {"body": body})

    def delete(self, number: int) -> None:
        self.api.ask("DELETE", f"{self._path()}/notes/{number}")

    def _path(self) -> str:
        return f"/projects/{self.project}/merge_requests/{self.number}"


def _of(record: object, name: str) -> Any:
    if not isinstance(record, Mapping) or name not in record:
        raise Refused(f"the API's answer has no «{name}»")
    return record[name]


def _login(user: object) -> str:
    """A deleted user's comments have none."""
    return str(user.get("login", "")) if isinstance(user, Mapping) else ""


def _commit(text: object) -> str:
    try:
        return commit(str(text))
    except Trouble as trouble:
        raise Refused(f"the API's answer names no commit: {trouble}") from trouble
