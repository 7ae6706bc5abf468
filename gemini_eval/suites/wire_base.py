"""What every shape of the suite language is made of."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Wire(BaseModel):
    """Unknown keys are refused, and nothing is taken for what it is not."""

    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=False, str_max_length=1 << 20)
