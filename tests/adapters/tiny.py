"""A causal language model and tokenizer small enough to train in a test, built on the spot: no download."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_LINES = [
    "What is 2 + 2? Let me think step by step.",
    "<think>2 + 2 is 4</think><answer>\\boxed{4}</answer>",
    "The answer is \\boxed{12} because 3 times 4 is 12.",
    "user assistant system \n 0 1 2 3 4 5 6 7 8 9 + - * / = { } ( ) < >",
]
_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tiny_tokenizer(lines: Iterable[str] = _LINES, size: int = 400) -> Any:
    """A byte-level BPE tokenizer of at most `size` tokens with Qwen's special tokens and a chat template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    bpe.train_from_iterator(lines, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=_TEMPLATE,
        model_input_names=["input_ids", "attention_mask"],
        additional_special_tokens=["<|im_start|>"],
    )


def tiny_model(tokenizer: Any) -> Any:
    """Qwen2 with 2 layers of width 32 and random weights (seed 0)."""
    import torch
    from transformers import Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen2ForCausalLM(config)


def teach(model: Any, tokenizer: Any, prompt: str, replies: list[str], steps: int = 120) -> None:
    """Fit `model` to answer `prompt` (a user's turn) with one of `replies`, each about as often."""
    import torch

    start = tokenizer.apply_chat_template(
        [{"role": "user", "content": prompt}], tokenize=False, add_generation_prompt=True
    )
    asked = len(tokenizer(start)["input_ids"])
    rows = tokenizer(
        [start + reply + tokenizer.eos_token for reply in replies],
        padding=True,
        padding_side="right",
        return_tensors="pt",
    )
    labels = rows["input_ids"].masked_fill(rows["attention_mask"] == 0, -100)
    labels[:, :asked] = -100
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(steps):
        model(**rows, labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
