"""The program of a completion is the last fenced block of the wanted language."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r1rewards.text.code_blocks import code_blocks, find_program
from tests.clock import assert_quick


def python(text: str, start: int = 0) -> str | None:
    return find_program(text, start, {"python", "py", "python3"}.__contains__)[0]


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("```python\nprint(1)\n```", "print(1)\n"),
        ("```python\nA\n```\ntext\n```python\nB\n```\n", "B\n"),
        (
            "```python\nA\n```\n```\nB\n```",
            "A\n",
        ),  # one that names the language wins over a bare one
        ("```\nA\n```\n```\nB\n```", "B\n"),
        ("```cpp\nA\n```", None),
        ("```cpp\nA\n```\n```\nB\n```", "B\n"),
        ("```Python3\nA\n```", "A\n"),
        ("```{.python .numberLines}\nA\n```", "A\n"),
        ("```python title=main.py\nA\n```", "A\n"),
        ("```python:main.py\nA\n```", "A\n"),
        ("~~~py\nA\n~~~", "A\n"),
        ("````python\nA\n```\nB\n````", "A\n```\nB\n"),
        ("```python\nA\n~~~\nB\n```", "A\n~~~\nB\n"),
        ("1. So:\n   ```python\n   def f():\n       pass\n   ```", "def f():\n    pass\n"),
        ("```python\nA", "A"),  # never closed: the stop token took its place
        ("```python\n\n```\n", None),
        ("```python\nA\n```\n```python\n  \n```", "A\n"),  # an empty block is no program
        ("inline ```python\nA\n```", None),
        ("<answer>```python\nA\n```</answer>", "A\n"),
        ("<answer> ```python\nA\n``` </answer>\n", "A\n"),
        ("```python\nA\n```</answer> and ```more", "A\n```</answer> and ```more"),
        ("``` a `b` c\n```python\nA\n```", "A\n"),
        ("print(1)", None),
        ("", None),
        ("```python\r\nA\r\n```\r\n", "A\r\n"),
    ],
)
def test_the_last_block_of_the_language(text: str, program: str | None) -> None:
    assert python(text) == program


def test_blocks_before_the_start_do_not_count() -> None:
    thought = "<think>```python\nA\n```</think>"
    assert python(thought + "\n```python\nB\n```", len(thought)) == "B\n"
    assert python(thought, len(thought)) is None


def test_the_names_of_all_blocks_are_told() -> None:
    assert find_program("```c++\n1\n```\n```\n2\n```", 0, lambda name: name == "java") == ("2\n", ["c++", ""])  # fmt: skip


@given(st.lists(st.text("ab \n", max_size=12).map(lambda s: s + "\n"), max_size=4))
def test_what_is_fenced_is_found(programs: list[str]) -> None:
    text = "x\n".join(f"```python\n{program}```\n" for program in programs)
    assert [block.code for block in code_blocks(text)] == programs


@given(st.text("`~ \n\tpy", max_size=80))
def test_no_text_raises(text: str) -> None:
    list(code_blocks(text))


@pytest.mark.parametrize("piece", ["```", "`", "```\n", " ", "\t\n", "~~~a\n", "   ```python\n", "````\n```\n", "```</a>\n", "```\n```" + "</a" * 99])  # fmt: skip
def test_hostile_text_costs_linear_work(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert_quick(lambda: python(text), 1)  # 0.03 s; a quadratic scan takes 10 s
