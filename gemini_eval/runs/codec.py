"""Frozen dataclasses and structs to JSON objects and back, driven by their annotations.

A field at its default is left out. Reading checks every type, because a recording may be somebody else's file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from math import isfinite
from types import UnionType
from typing import Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import NODEFAULT, Struct, structs

from gemini_eval.runs.sealed import DamagedError
from gemini_eval.types import Json

T = TypeVar("T")
Convert = Callable[[Any], Any]
Pair = tuple[Convert | None, Convert | None]
"""How to encode and how to decode a value; None where it stays as it is."""


class ObjectCodec(Generic[T]):
    """JSON object <-> one dataclass or struct. Made by `codec_of`, which keeps one for each class."""

    def __init__(self, cls: type[T]) -> None:
        self._cls = cls
        self._encoders: list[tuple[str, Any, Convert | None]] = []
        self._decoders: dict[str, Convert | None] = {}

    def build(self) -> None:
        """Read the annotations; apart from construction, because a class may hold itself."""
        hints = get_type_hints(self._cls)
        for name, default in _defaults(self._cls):
            encode, decode = _pair(hints[name])
            self._encoders.append((name, default, encode))
            self._decoders[name] = decode

    def encode(self, value: T) -> dict[str, Json]:
        """`value` as a new JSON object: its fields in their declared order, without those at their default."""
        done: dict[str, Json] = {}
        for name, default, encode in self._encoders:
            item = getattr(value, name)
            if item is default or (default is not None and item == default):
                continue
            done[name] = item if encode is None else encode(item)
        return done

    def decode(self, value: Json) -> T:
        """The object that `value` holds; unknown keys are passed over. Raises `DamagedError`."""
        if type(value) is not dict:
            raise DamagedError(f"{self._cls.__name__} is not an object")
        found: dict[str, Any] = {}
        decoders = self._decoders
        try:
            for name, item in value.items():
                if name in decoders:
                    decode = decoders[name]
                    found[name] = item if decode is None else decode(item)
            return self._cls(**found)
        except (TypeError, ValueError) as error:
            raise DamagedError(f"{self._cls.__name__} can't be read: {error}") from error


_CODECS: dict[type[Any], ObjectCodec[Any]] = {}


def codec_of(cls: type[T]) -> ObjectCodec[T]:
    """The codec of `cls`, whose fields are scalars, JSON, enums, tuples, mappings by text, dataclasses and structs."""
    if cls not in _CODECS:
        codec = _CODECS[cls] = ObjectCodec(cls)
        codec.build()
    return _CODECS[cls]


def _defaults(cls: type[Any]) -> Iterator[tuple[str, Any]]:
    """The fields of a dataclass or a struct and what they hold where nobody says; a field without that is never left out."""
    items: Iterable[Any] = structs.fields(cls) if issubclass(cls, Struct) else fields(cls)
    for item in items:
        made = item.default_factory not in (MISSING, NODEFAULT)
        yield item.name, item.default_factory() if made else item.default


def _pair(hint: Any) -> Pair:
    origin = get_origin(hint)
    if hint is Any:
        return None, None
    if origin in (Union, UnionType):
        return _optional(hint)
    if origin is tuple:
        return _tuple(get_args(hint))
    if origin is Mapping:
        return _mapping(get_args(hint)[1])
    if origin is Literal:
        return None, _one_of(frozenset(get_args(hint)))
    return _plain(hint)


def _plain(cls: type[Any]) -> Pair:
    if is_dataclass(cls) or issubclass(cls, Struct):
        codec = codec_of(cls)
        return codec.encode, codec.decode
    if issubclass(cls, Enum):
        return (lambda value: value.value), cls
    if cls is float:
        return _write_float, _read_float
    if cls in (str, int, bool):
        return None, _exactly(cls)
    raise TypeError(f"{cls} has no JSON form here")


def _optional(hint: Any) -> Pair:
    (inner,) = (item for item in get_args(hint) if item is not type(None))
    encode, decode = _pair(inner)
    return _unless_none(encode), _unless_none(decode)


def _unless_none(convert: Convert | None) -> Convert | None:
    return None if convert is None else lambda value: None if value is None else convert(value)


def _tuple(items: tuple[Any, ...]) -> Pair:
    if len(items) == 2 and items[1] is Ellipsis:
        encode, decode = _pair(items[0])
        return _each(encode, list), _each(decode, tuple)
    encoders, decoders = zip(*(_pair(item) for item in items), strict=True)
    return _in_turn(encoders, list), _in_turn(decoders, tuple)


def _mapping(values: Any) -> Pair:
    encode, decode = _pair(values)
    return _values(encode), _values(decode)


def _values(convert: Convert | None) -> Convert:
    """Convert each value under its key; what is read must be an object."""

    def run(found: Any) -> Any:
        if not isinstance(found, Mapping):
            raise ValueError(f"not dict: {found!r:.60}")
        return dict(found) if convert is None else {name: convert(value) for name, value in found.items()}

    return run


def _each(convert: Convert | None, kind: Callable[[Any], Any]) -> Convert:
    """Convert each item and gather them as `kind`; what is read must be a list."""

    def run(values: Any) -> Any:
        if type(values) is not list and kind is tuple:
            raise ValueError(f"not a list: {values!r:.60}")
        return kind(values if convert is None else map(convert, values))

    return run


def _in_turn(converts: tuple[Convert | None, ...], kind: Callable[[Any], Any]) -> Convert:
    """Convert the items of a tuple of fixed length, each in its own way."""

    def run(values: Any) -> Any:
        pairs = zip(converts, values, strict=True)
        return kind(value if convert is None else convert(value) for convert, value in pairs)

    return run


def _exactly(cls: type[Any]) -> Convert:
    def check(value: Any) -> Any:
        if type(value) is not cls:
            raise ValueError(f"not {cls.__name__}: {value!r:.60}")
        return value

    return check


def _one_of(known: frozenset[Any]) -> Convert:
    def check(value: Any) -> Any:
        if value not in known:
            raise ValueError(f"not one of {sorted(known)}: {value!r:.60}")
        return value

    return check


def _write_float(value: float) -> float | str:
    """JSON has no infinities: the log of probability 0 is written "-inf"."""
    return float(value) if isfinite(value) else str(float(value))


def _read_float(value: Any) -> float:
    if type(value) is float or type(value) is int or value in ("inf", "-inf", "nan"):
        return float(value)
    raise ValueError(f"not a number: {value!r:.60}")
