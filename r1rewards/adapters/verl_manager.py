"""verl's reward manager that scores by the batch what verl hands over one by one. Imports verl: see `adapters.verl`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from verl.experimental.reward_loop.reward_manager.base import RewardManagerBase

from r1rewards.adapters.rows import flat_row
from r1rewards.adapters.verl import Row, rollout_call, settings_of
from r1rewards.microbatch import MicroBatcher, score_calls

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class _Sample:
    token_ids: Any
    data_source: Any
    ground_truth: Any
    extra_info: Mapping[str, Any]


class R1RewardManager(RewardManagerBase):  # type: ignore[misc]
    """Gathers the samples that the agent loops finish within 5 ms (at most 64), decodes and scores them together.

    Takes its settings from `reward.custom_reward_function.reward_kwargs`, whether or not a custom function is named, so
    that `naive` with `compute_score` and this manager give the same rewards from the same configuration.
    """

    def __init__(
        self,
        config: Any,
        tokenizer: Any,
        compute_score: Any = None,
        reward_router_address: str | None = None,  # noqa: ARG002 - verl passes it to every manager
        reward_model_tokenizer: Any = None,  # noqa: ARG002 - the same
    ) -> None:
        super().__init__(config, tokenizer, compute_score)
        custom = config.reward.get("custom_reward_function") or {}
        self.settings = settings_of(custom.get("reward_kwargs") or {})
        self.batcher: MicroBatcher[_Sample, Row] = MicroBatcher(self._score)

    async def run_single(self, data: Any) -> dict[str, Any]:
        """The reward of the last sequence of `data` (a DataProto of one rollout)."""
        row = await self.batcher.join(_sample(data))
        return {"reward_score": row["score"], "reward_extra_info": row}

    def _score(self, samples: list[_Sample]) -> list[Row]:
        texts = _decoded(self.tokenizer, [s.token_ids for s in samples])
        calls = [
            rollout_call(s.data_source, text, s.ground_truth, s.extra_info, self.settings)
            for s, text in zip(samples, texts, strict=True)
        ]
        return [flat_row(score, self.settings) for score in score_calls(calls)]


def _decoded(tokenizer: Any, rows: list[list[int]]) -> list[str]:
    """What `tokenizer.decode(row, skip_special_tokens=True)` gives for each row.

    A fast tokenizer that does not clean up afterwards decodes them all in one call into Rust, off the GIL: half the
    cost.
    """
    if getattr(tokenizer, "is_fast", False) and not tokenizer.clean_up_tokenization_spaces:
        found: list[str] = tokenizer.backend_tokenizer.decode_batch(rows, skip_special_tokens=True)
        return found
    return list(tokenizer.batch_decode(rows, skip_special_tokens=True))


def _sample(data: Any) -> _Sample:
    columns = data.non_tensor_batch
    # Through numpy, which indexes ten times as fast as torch: this runs for every sample, on verl's event loop.
    response = data.batch["responses"].cpu().numpy()[-1]
    mask = data.batch["attention_mask"].cpu().numpy()[-1, -len(response) :]
    length = np.count_nonzero(mask)
    extra: dict[str, Any] = {}
    for name in ("extra_info", "tool_extra_fields"):
        found = columns.get(name)
        extra.update((None if found is None else found[-1]) or {})
    return _Sample(
        response[:length].tolist(), columns["data_source"][-1],
        columns["reward_model"][-1]["ground_truth"], extra,
    )  # fmt: skip
