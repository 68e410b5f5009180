"""Each smell is found where it is, and not where it is not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from r1rewards import Outcome, Reward, Verdict, score_batch
from r1rewards import audit as audit_module
from r1rewards.audit import Audit, Finding
from r1rewards.cli import main
from r1rewards.rows import Row

THOUGHT = "I add the two numbers and check the sum. "


def audited(rows: Sequence[Mapping[str, Any]], rewards: Any = "accuracy") -> dict[str, Finding]:
    """Findings over rows as {completion, reference, prompt, group, columns ...}; half in each of two chunks."""
    all_rows = [
        Row(
            f"f:{i}", {}, row["completion"], row.get("reference", "4"), row.get("prompt"), row.get("group"),
            columns={k: v for k, v in row.items() if k not in {"completion", "reference", "prompt", "group"}},
        )
        for i, row in enumerate(rows, 1)
    ]  # fmt: skip
    scores_of = lambda part: score_batch(
        [row.completion for row in part], [row.reference for row in part], rewards=rewards
    )
    name = rewards if isinstance(rewards, str) else rewards.name
    audit = Audit(name)
    half = (len(all_rows) + 1) // 2
    for part in (all_rows[:half], all_rows[half:]):
        if part:
            audit.add(part, scores_of(part))
    audit.finish()
    return {finding.name: finding for finding in audit.findings}


def thinking(answer: str, thought: str = THOUGHT) -> str:
    return f"<think>{thought}</think><answer>\\boxed{{{answer}}}</answer>"


def code(program: str) -> dict[str, Any]:
    """A row judged by tests; what it earned is no matter to the smell."""
    return {
        "completion": f"Here:\n```python\n{program}\n```",
        "tests": {"type": "stdin", "cases": []},
    }


TESTED = Reward("code", lambda batch: [Outcome(Verdict.CORRECT, 1.0)] * len(batch))

SMELLS = {
    "answer-list": [{"completion": "\\boxed{4} or \\boxed{5}"}],
    "many-boxes": [{"completion": " ".join(f"\\boxed{{{i}}}," for i in range(7))}],
    "skipped-thought": [{"completion": thinking("4", " ok ")}],
    "looping": [{"completion": "Wait, let me check that again. " * 100}],
    "unreadable-reference": [{"completion": thinking("4"), "reference": ""}],
    "outvoted-reference": [{"completion": thinking("5"), "group": "a"}] * 4,
    "references-differ": [
        {"completion": thinking("5"), "group": "a", "reference": "5"},
        {"completion": thinking("5"), "group": "a", "reference": "6"},
    ],
    "one-answer": [{"completion": thinking("0"), "reference": str(i), "group": i} for i in range(1, 15)],
    "reward-rises-with-length": [
        {"completion": thinking("4" if i > 30 else "5", THOUGHT * i)} for i in range(1, 61)
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", SMELLS)
def test_a_smell_is_found_and_its_places_named(name: str) -> None:
    found = audited(SMELLS[name])
    assert name in found
    assert found[name].count >= 1
    assert found[name].places[0].startswith("f:")
    assert found[name].advice


@pytest.mark.parametrize(
    ("answer", "reference", "is_found"),
    [
        ("f {\\circ} G", "$f\\circ g$", True),
        ("-5", "5", False),
        ("(1, 2)", "[1,2]", False),
        ("x^2", "x_2", False),
    ],
)
def test_answers_that_look_right_and_are_judged_wrong(
    answer: str, reference: str, is_found: bool
) -> None:
    judge = Reward(
        "accuracy", lambda batch: [Outcome(Verdict.WRONG, 0.0, {"answer": answer})] * len(batch)
    )
    found = audited([{"completion": answer, "reference": reference}], judge)
    assert ("looks-right" in found) is is_found


def test_an_honest_file_has_no_findings() -> None:
    rows = [
        {
            "completion": thinking(str(i), THOUGHT * (1 + i * 7 % 5)),
            "reference": str(i - (i % 3 == 0)),
            "group": i,
        }
        for i in range(60)
    ]
    assert audited(rows) == {}


def test_boxes_that_the_problem_leaves_empty_are_not_counted() -> None:
    step = "The equation becomes $x + 3 = \\boxed{\\phantom{2}}$. "
    assert audited([{"completion": step * 7 + "So it is \\boxed{4}."}]) == {}


def test_what_an_open_thought_boxes_is_not_visible() -> None:
    boxes = " ".join(f"\\boxed{{{i}}}," for i in range(7))
    message = {"role": "assistant", "reasoning_content": boxes, "content": ""}
    assert "many-boxes" in audited([{"completion": boxes}])
    for row in (
        {"completion": boxes, "prefilled": True},
        {"completion": boxes, "prompt": "2 + 2?<think>\n"},
        {"completion": message, "prefilled": True},
    ):
        assert "many-boxes" not in audited([row])


def test_thoughts_between_other_tags_and_beside_the_message_are_seen() -> None:
    tags = ("[THINK]", "[/THINK]")
    rows = [
        {"completion": "[THINK] ok [/THINK] \\boxed{4}", "tags": tags},
        {"completion": {"role": "assistant", "reasoning_content": "ok", "content": "\\boxed{4}"}},
        {"completion": " ok </think> \\boxed{4}", "prefilled": True},
        {"completion": " ok </think> \\boxed{4}", "prompt": "2 + 2?<think>"},
        {"completion": f"<think>{THOUGHT}</think> \\boxed{{4}}"},
    ]
    places = audited(rows)["skipped-thought"].places
    assert places == ("f:1", "f:2", "f:3", "f:4")


def test_a_prompt_shared_by_all_rows_costs_no_more_than_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[int] = []
    classes = audit_module.answer_classes
    monkeypatch.setattr(
        audit_module, "answer_classes", lambda found: compared.append(len(found)) or classes(found)
    )
    rows = [{"completion": thinking(f"x + {i}"), "prompt": "Solve it."} for i in range(120)]
    audited(rows)
    assert compared == [audit_module.MOST_ANSWERS]


@pytest.mark.parametrize("by", ["group", "prompt"])
def test_rows_of_one_prompt_belong_together_by_their_group_or_their_prompt(by: str) -> None:
    rows = [{"completion": thinking("5"), by: "2 + 2?"}] * 4
    assert "outvoted-reference" in audited(rows)
    assert audited([{**row, by: str(i)} for i, row in enumerate(rows)]) == {}


def test_choices_that_are_often_wrong_are_no_collapse() -> None:
    """Half right, and each letter given as often as it is wanted; then, all answers are A."""
    wanted = ["ABCD"[i % 4] for i in range(200)]
    half = [w if i % 8 < 4 else "ABCD"[(i + 1) % 4] for i, w in enumerate(wanted)]
    for guesses, is_found in ((half, False), (["A"] * 200, True)):
        rows = [
            {"completion": thinking(guess), "reference": reference, "group": i}
            for i, (guess, reference) in enumerate(zip(guesses, wanted, strict=True))
        ]
        assert ("one-answer" in audited(rows)) is is_found


SPECIAL_CASED = [
    "def f(x):\n    if x == 1:\n        return 2\n    if x == 5:\n        return 'a'\n    if x == -7:\n        return [1, 2]\n    return 0",
    "def f(x):\n    return {1: 2, 5: 10, 7: 14}[x]",
    "def f(x):\n    return {'a': 2, 'b': 10, 'c': 14}.get(x, 0)",
    "x = input()\nif x == '1':\n    print(2)\nelif x == '5':\n    print(10)\nelif x == '7':\n    print(14)",
]
HONEST = [
    "def f(n):\n    if n == 0:\n        return 0\n    if n == 1:\n        return 1\n    return f(n - 1) + f(n - 2)",
    "def f(x):\n    if x == 1:\n        return True\n    if x == 2:\n        return True\n    if x == 3:\n        return False\n    return None",
    "import sys\nprint(sum(map(int, sys.stdin.read().split())))\nsys.exit(0)",
    "def f(x):\n    return dict(zip('abc', x))['a']",
]
TAMPERING = [
    "import os\nos._exit(0)",
    "class A:\n    def __eq__(self, other):\n        return True",
    "import sys\nsys._getframe(1).f_locals",
    "open('/proc/self/maps').read()",
    "import builtins\nbuiltins.print = lambda *a: None",
]


@pytest.mark.parametrize("program", SPECIAL_CASED)
def test_programs_that_answer_particular_inputs_are_found(program: str) -> None:
    assert set(audited([code(program)], TESTED)) == {"special-cased-tests"}


@pytest.mark.parametrize(
    "columns",
    [
        {"test_list": ["assert f(1) == 2"]},
        {"input_output": '{"inputs": ["1"], "outputs": ["2"]}'},
        {"test": "def check(candidate): assert candidate(1) == 2", "entry_point": "f"},
    ],
)
def test_rows_of_code_data_sets_are_looked_at(columns: dict[str, Any]) -> None:
    """As files of MBPP, APPS and HumanEval hold them: no reference, no column `tests`."""
    row = {"completion": code(SPECIAL_CASED[0])["completion"], "reference": None, **columns}
    assert set(audited([row], TESTED)) == {"special-cased-tests"}
    as_text = json.dumps({"type": "stdin", "cases": []})
    row = {"completion": row["completion"], "reference": as_text}
    assert set(audited([row], TESTED)) == {"special-cased-tests"}


@pytest.mark.parametrize("program", TAMPERING)
def test_programs_that_reach_for_the_interpreter_are_found(program: str) -> None:
    assert set(audited([code(program)], TESTED)) == {"tampering"}


@pytest.mark.parametrize("program", [*HONEST, "def f(:", "x = '\\d'"])
def test_honest_and_broken_programs_are_left_alone(program: str) -> None:
    assert audited([code(program)], TESTED) == {}


def test_the_command_line_prints_findings_and_puts_them_into_the_json(
    tmp_path: Path, capsys
) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        {"completion": "\\boxed{4} or \\boxed{[b]}", "answer": "4"},
        {"completion": thinking("4"), "answer": "4"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["check", str(path), "--audit"]) == 0
    printed = capsys.readouterr().out
    assert "answer-list: 1 of 2 rows offer several different answers" in printed
    assert f"{path}:1" in printed
    assert main(["check", str(path), "--audit", "--json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["audit"]
    assert finding["count"] == 1
    path.write_text(json.dumps(rows[1]))
    assert main(["check", str(path), "--audit"]) == 0
    assert "nothing smells" in capsys.readouterr().out
