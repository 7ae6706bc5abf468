"""Whether a Gemini model can be asked from here, found out by asking: for `doctor`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass

from gemini_eval.errors import InputError
from gemini_eval.providers import Opening
from gemini_eval.providers.gemini.place import THROUGH
from gemini_eval.providers.gemini.provider import Gemini
from gemini_eval.safe.json_text import dump_json
from gemini_eval.trouble import ProviderError
from gemini_eval.types import Message, Outcome, Request

PROBE_S = 20.0
_QUESTION = "Answer with one word: yes"


@dataclass(frozen=True, slots=True)
class Probed:
    """One thing that was looked at: its name, whether it is well, what was found, and the mend where it is not."""

    name: str
    well: bool
    found: str
    mend: str = ""


def probe(model_id: str, opening: Opening) -> Iterator[Probed]:
    """The API, the credentials, the model's reachability, and whether the quota lets one smallest request through.

    Costs one free countTokens call and one request of at most 16 output tokens. Ends at the first thing that is not well.
    """
    provider = Gemini(model_id, opening)
    access = provider.access
    yield Probed("Google API", True, f"{THROUGH[access.api]} (by {access.why or 'default: nothing chooses another'})")
    try:
        provider.prepare()
    except InputError as error:
        yield Probed("credentials", False, error.faults[0].reason, error.faults[0].hint)
        return
    yield Probed("credentials", True, provider.credentials.about)
    yield Probed("project", True, " / ".join(filter(None, provider.where)) or "none needed")
    yield from asyncio.run(_ask(provider))


async def _ask(provider: Gemini) -> list[Probed]:
    found: list[Probed] = []
    try:
        for name, ask in (("model", _count), ("quota", _generate)):
            started = time.perf_counter()
            try:
                async with asyncio.timeout(PROBE_S):
                    said = await ask(provider)
            except TimeoutError:
                found.append(Probed(name, False, f"no answer within {PROBE_S:g} seconds", "check the network and its proxy"))
                break
            except ProviderError as error:
                mend = error.hint or ("wait, or ask for a higher quota" if error.outcome is Outcome.QUOTA else "")
                found.append(Probed(name, False, error.reason, mend))
                break
            found.append(Probed(name, True, f"{said} in {(time.perf_counter() - started) * 1000:,.0f} ms"))
    finally:
        await provider.close()
    return found


async def _count(provider: Gemini) -> str:
    body = {"contents": [{"role": "user", "parts": [{"text": _QUESTION}]}]}
    await provider.call("countTokens", dump_json(body))
    return f"{provider.model} is there, and counts tokens"


async def _generate(provider: Gemini) -> str:
    answer = await provider.ask(Request(provider.model, (Message("user", _QUESTION),), params={"max_output_tokens": 16}))
    return f"one request went through ({answer.model_version or provider.model})"
