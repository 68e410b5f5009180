"""A program completed with what the prompt gave."""

from __future__ import annotations

from typing import Any

import pytest

from r1rewards.sandbox.starters import Starter

PROMPT = 'from typing import List\n\ndef poly(xs):\n    return sum(xs)\n\ndef find(xs: List) -> int:\n    """Doc."""\n'


def run(source: str) -> dict[str, object]:
    names: dict[str, object] = {}
    exec(source, names)
    return names


def test_a_repeated_function_wins_and_still_finds_its_helpers() -> None:
    names = run(Starter(PROMPT, "find").complete("def find(xs: List):\n    return poly(xs) + 1\n"))
    assert names["find"]([1, 2]) == 4  # type: ignore[operator]


def test_a_body_continues_the_prompt_whether_indented_or_not() -> None:
    for body in ("    return poly(xs)\n", "return poly(xs)\n", "\n    return poly(xs)"):
        names = run(Starter(PROMPT, "find").complete(body))
        assert names["find"]([1, 2]) == 3  # type: ignore[operator]


def test_a_method_body_is_as_deep_as_its_head() -> None:
    head = "class Solution:\n    def go(self, a):\n"
    names = run(Starter(head, "go", is_contest=True).complete("return gcd(a, 4)"))
    assert names["Solution"]().go(6) == 2  # type: ignore[operator]


def test_contest_programs_have_the_imports_of_contest_sites() -> None:
    source = "class Solution:\n    def go(self, a: List[int]) -> int:\n        return pow(a[0], 2, 5) + ceil(0.5)\n"
    names = run(Starter().complete(source))
    assert names["Solution"]().go([3]) == 5  # type: ignore[operator]


def test_future_imports_stay_first() -> None:
    source = '"""Doc."""\nfrom __future__ import annotations\nclass Solution:\n    def go(self): return 1'
    assert run(Starter().complete(source))["Solution"]().go() == 1  # type: ignore[operator]


def test_a_plain_program_is_left_alone() -> None:
    assert Starter().complete("print(1)") == "print(1)"


@pytest.mark.parametrize("name", ["ListNode", "TreeNode"])
def test_node_types_of_contest_sites_are_there_where_a_program_mentions_them(name: str) -> None:
    source = (
        f"class Solution:\n    def f(self, root: Optional[{name}]):\n        return {name}(3).val"
    )
    names: dict[str, Any] = {}
    exec(Starter(is_contest=True).complete(source), names)
    assert names["Solution"]().f(None) == 3
    own = f"class {name}:\n    pass\n{source}"
    assert f'type("{name}"' not in Starter(is_contest=True).complete(own)
    assert "Node" not in Starter(is_contest=True).complete("def f(x): return x")
