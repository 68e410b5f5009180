"""Whether a chat template has already opened the thought when the model begins to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from r1rewards.errors import BadCallError, MissingExtraError
from r1rewards.text.spans import layout_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def prefilled_by_template(
    tokenizer_or_template: Any, tags: str | Sequence[str] | None = None, **arguments: Any
) -> bool:
    """True where the prompt that the template makes ends with the opening tag (R1 distillations, QwQ, Qwen3.5).

    tokenizer_or_template: a tokenizer or processor with `apply_chat_template`, the template itself (Jinja), or a prompt
                           already made from it. A tokenizer without a template opens nothing.
    arguments:             passed to the template (`enable_thinking=False`).
    Raises BadCallError where it is none of these or the template fails; MissingExtraError without jinja2 (every
    tokenizer of `transformers` with a template has it).
    """
    prompt = _prompt(tokenizer_or_template, arguments)
    return prompt.rstrip().endswith(layout_of(tags).think_open)


_CHAT = [{"role": "user", "content": "1 + 1 = ?"}]


def _prompt(given: Any, arguments: dict[str, Any]) -> str:
    if isinstance(given, str):
        return _render(given, arguments) if "{{" in given or "{%" in given else given
    apply = getattr(given, "apply_chat_template", None)
    if apply is None:
        kind = type(given).__name__
        raise BadCallError(f"a tokenizer with a chat template, or the template as str, not {kind}")
    if getattr(given, "chat_template", "") is None:
        return ""
    prompt = apply(_CHAT, tokenize=False, add_generation_prompt=True, **arguments)
    if not isinstance(prompt, str):
        raise BadCallError(f"apply_chat_template gave {type(prompt).__name__}, not a str")
    return prompt


def _render(template: str, arguments: dict[str, Any]) -> str:
    try:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as e:
        raise MissingExtraError("to read a chat template: pip install jinja2") from e

    def raise_exception(message: str) -> None:
        raise BadCallError(f"the chat template refuses: {message}")

    # The settings with which transformers renders chat templates.
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = lambda _: "2025-01-01"
    given = {"bos_token": "", "eos_token": "", "tools": None, **arguments}
    try:
        return environment.from_string(template).render(
            messages=_CHAT, add_generation_prompt=True, **given
        )
    except TemplateError as e:
        raise BadCallError(f"the chat template cannot be rendered: {e}") from e
