"""The workspace: the folder of the nearest `gemini-eval.yaml`, what it allows, and the root that a file's paths may not leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from gemini_eval.errors import Fault, Faults, FileRefusedError, InputError, Place, UsageError, did_you_mean
from gemini_eval.safe.files import read_text
from gemini_eval.safe.yaml_reader import YamlMap, read_yaml
from gemini_eval.suites.cursor import Cursor
from gemini_eval.types import Json

FILE_NAME = "gemini-eval.yaml"
_SECRETS = ("AIza", "-----BEGIN", "ya29.")


@dataclass(frozen=True, slots=True)
class Workspace:
    """`path` is None where there is no workspace file: its folder is then where the command runs, and all has its default."""

    folder: Path
    path: Path | None = None
    default_model: str = ""
    default_judge: str = ""
    allow_models: tuple[str, ...] = ()
    allow_data: tuple[str, ...] = ()
    targets: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    default_target: str = ""
    models: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    policy: Mapping[str, Json] = field(default_factory=dict)
    on_inconclusive: Literal["pass", "warn", "fail"] = "warn"
    store: Mapping[str, Json] = field(default_factory=dict)
    recordings: Path = Path("recordings")
    baselines: Path = Path("baselines")
    suites: tuple[str, ...] = ()

    @property
    def store_folder(self) -> Path:
        return self.folder / (self.store.get("folder") or ".gemini-eval")

    @property
    def cache_file(self) -> Path:
        return self.store_folder / "cache.sqlite"

    @property
    def recording_files(self) -> tuple[Path, ...]:
        """The recordings, what `--recordings-only` answers from."""
        return tuple(sorted((self.folder / self.recordings).glob("*.jsonl")))

    @property
    def keeps_texts(self) -> bool:
        """Whether prompts and answers may be kept as they are."""
        return self.store.get("answers") != "none" and self.store.get("prompts") != "hash"

    def place(self, target: str) -> Mapping[str, Json]:
        """What a provider may know of where it asks: one of `targets`, {} for '', and `models`. Raises `UsageError`."""
        return {**(self.target(target) if target else {}), "models": self.models}

    def target(self, name: str) -> Mapping[str, Json]:
        """One of `targets`. Raises `UsageError` for a name that is none."""
        if name not in self.targets:
            known = ", ".join(self.targets) or "none"
            raise UsageError(f'the workspace has no target "{name}"', did_you_mean(name, self.targets) or f"it has {known}")
        return self.targets[name]

    def allows_model(self, model_id: str) -> bool:
        patterns = [*self.allow_models, *(self.policy.get("allow_models") or ())]
        return not patterns or any(fnmatchcase(model_id, pattern) for pattern in patterns)


def find_workspace(start: Path) -> Workspace:
    """The workspace of a file or folder. Raises `InputError` where its file is wrong."""
    folder = start if start.is_dir() else start.parent
    for candidate in (folder, *folder.parents):
        if (candidate / FILE_NAME).is_file():
            return read_workspace(candidate / FILE_NAME)
    return Workspace(folder=Path.cwd())


def root_of(path: Path) -> Path:
    """What the paths written in a file may not leave: its workspace, else its git top level, else its own folder."""
    for marker in (FILE_NAME, ".git"):
        for folder in path.parents:
            if (folder / marker).exists():
                return folder
    return path.parent


def shown(path: Path) -> str:
    """A path as messages and records show it: relative to where the command runs, where it lies below."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def read_workspace(path: Path) -> Workspace:
    from gemini_eval.suites.shape import check_shape
    from gemini_eval.suites.wire_workspace import WorkspaceWire

    tree = read_tree(path)
    faults = Faults()
    check_shape(WorkspaceWire, tree, faults)
    _refuse_secrets(Cursor.top(tree), faults)
    faults.raise_if_any()
    return Workspace(
        folder=path.parent.resolve(),
        path=path.resolve(),
        default_model=tree.get("default_model") or "",
        default_judge=tree.get("default_judge") or "",
        allow_models=tuple(tree.get("allow_models") or ()),
        allow_data=tuple(tree.get("allow_data") or ()),
        targets=tree.get("targets") or {},
        default_target=tree.get("default_target") or "",
        models=tree.get("models") or {},
        policy=tree.get("policy") or {},
        on_inconclusive=tree.get("on_inconclusive") or (tree.get("policy") or {}).get("on_inconclusive") or "warn",
        store=tree.get("store") or {},
        recordings=Path(tree.get("recordings") or "recordings"),
        baselines=Path(tree.get("baselines") or "baselines"),
        suites=tuple(tree.get("suites") or ()),
    )


def read_tree(path: Path) -> YamlMap:
    """A YAML file that must be a map, without its `x-` keys. Raises `InputError`."""
    try:
        text = read_text(path)
    except FileRefusedError as error:
        raise InputError([Fault(error.reason, Place(shown(path)), error.hint)]) from error
    tree = read_yaml(text, path=shown(path))
    if tree is None:
        raise InputError([Fault("the file is empty", Place(shown(path), 1), "a suite begins with: version: 1")])
    if not isinstance(tree, YamlMap):
        place = tree.place if hasattr(tree, "place") else Place(shown(path), 1)
        raise InputError([Fault("the file is not a map of keys", place, "a suite begins with: version: 1")])
    for key in [key for key in tree if key.startswith("x-")]:
        del tree[key]
    return tree


def _refuse_secrets(cursor: Cursor, faults: Faults) -> None:
    """A workspace file is committed: what looks like a key has no place in it."""
    if isinstance(cursor.value, str) and cursor.value.startswith(_SECRETS):
        hidden = replace(cursor.place, text="")  # a log that quotes the line would publish it
        faults.add("this looks like a secret, and a workspace file never holds one", hidden, "use an environment variable")
    if isinstance(cursor.value, dict):
        for _, child in cursor.entries():
            _refuse_secrets(child, faults)
    elif isinstance(cursor.value, list):
        for child in cursor.items():
            _refuse_secrets(child, faults)
