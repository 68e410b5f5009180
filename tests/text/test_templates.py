from __future__ import annotations

import sys
from typing import Any

import pytest

from r1rewards.errors import BadCallError, MissingExtraError
from r1rewards.text.templates import prefilled_by_template

TURNS = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>{% endfor %}"
OPENS = TURNS + "{% if add_generation_prompt %}<|assistant|><think>\n{% endif %}"
LETS_THE_MODEL = (
    TURNS
    + "{% if add_generation_prompt %}<|assistant|>\n{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)


class Tokenizer:
    """What transformers' tokenizers look like from outside, with the template rendered by jinja2 as they do."""

    def __init__(self, template: str | None) -> None:
        self.chat_template = template

    def apply_chat_template(
        self, conversation: Any, *, tokenize: bool, add_generation_prompt: bool, **more: Any
    ) -> str:
        assert not tokenize
        jinja2 = pytest.importorskip("jinja2")
        return jinja2.Template(self.chat_template).render(
            messages=conversation, add_generation_prompt=add_generation_prompt, **more
        )


def test_a_template_that_opens_the_thought_is_seen() -> None:
    pytest.importorskip("jinja2")
    assert prefilled_by_template(OPENS)
    assert not prefilled_by_template(LETS_THE_MODEL)
    assert not prefilled_by_template(LETS_THE_MODEL, enable_thinking=False)
    assert not prefilled_by_template(OPENS, tags="reasoning")


def test_a_tokenizer_renders_its_own_template() -> None:
    assert prefilled_by_template(Tokenizer(OPENS))
    assert not prefilled_by_template(Tokenizer(LETS_THE_MODEL), enable_thinking=True)
    assert not prefilled_by_template(Tokenizer(None))


def test_a_prompt_made_by_a_template_is_read_as_it_is() -> None:
    assert prefilled_by_template("<|user|>hi<|assistant|><think>\n")
    assert not prefilled_by_template("<|user|>what is <think>?<|assistant|>")


def test_what_is_no_template_is_an_error_that_says_so() -> None:
    with pytest.raises(BadCallError, match="not int"):
        prefilled_by_template(3)


def test_a_broken_or_refusing_template_is_an_error() -> None:
    pytest.importorskip("jinja2")
    with pytest.raises(BadCallError, match="cannot be rendered"):
        prefilled_by_template("{% if %}")
    with pytest.raises(BadCallError, match="only pairs"):
        prefilled_by_template("{{ raise_exception('only pairs') }}")


def test_without_jinja2_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(MissingExtraError, match="pip install jinja2"):
        prefilled_by_template(OPENS)


@pytest.mark.trainers
@pytest.mark.parametrize(
    ("template", "opens"), [(OPENS, True), (LETS_THE_MODEL, False), (None, False)]
)
def test_a_real_tokenizer_is_read(template: str | None, opens: bool) -> None:
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    tiny = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=tiny, chat_template=template)
    assert prefilled_by_template(tokenizer) is opens
