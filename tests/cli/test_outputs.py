"""`r1rewards check` with filters, two output files and `--resume`."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from r1rewards.cli import main

LONG = (
    "We add the two numbers and see that the sum is even, as the first is odd and so is the other. "
    * 12
)


def row(thought: str, answer: str = "4", **more: Any) -> dict[str, Any]:
    return {
        "completion": f"<think>{thought}</think><answer>\\boxed{{{answer}}}</answer>",
        "answer": "4",
        "prompt": "2+2?",
        **more,
    }


ROWS = [
    row("two and two are four", id=1),
    row("two and two are five", "5", id=2),
    row("```python\n2 + 2\n```", id=3),
    row(LONG, id=4),
    row("half \ufffd a letter", id=5),
    row("two and two make four, as everybody knows by now", id=6),
]


def write(path: Path, rows: list[dict[str, Any]]) -> str:
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return str(path)


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class Run:
    """One folder with an input and two outputs."""

    def __init__(self, folder: Path, rows: list[dict[str, Any]]) -> None:
        self.file = write(folder / "in.jsonl", rows)
        self.kept, self.rejected = folder / "kept.jsonl", folder / "rejected.jsonl"

    def check(self, *flags: str) -> int:
        return main(
            [
                "check",
                self.file,
                "-o",
                str(self.kept),
                "--rejected",
                str(self.rejected),
                "--json",
                *flags,
            ]
        )

    def ids(self) -> tuple[list[int], list[tuple[int, str]]]:
        return [r["id"] for r in read(self.kept)], [
            (r["id"], r["r1"]["dropped"]["reason"]) for r in read(self.rejected)
        ]


FILTERS = ("--keep", "correct", "--drop", "long-paragraph,code-block,degenerate")


def test_kept_and_rejected_rows_are_written_with_reasons_and_counts(
    tmp_path: Path, capsys: Any
) -> None:
    run = Run(tmp_path, ROWS)
    assert run.check(*FILTERS) == 0
    assert run.ids() == (
        [1, 6],
        [(2, "not-correct"), (3, "code-block"), (4, "long-paragraph"), (5, "degenerate")],
    )
    summary = json.loads(capsys.readouterr().out)
    assert summary["filters"] == {
        "kept": 2,
        "dropped": {"not-correct": 1, "code-block": 1, "long-paragraph": 1, "degenerate": 1},
    }
    assert read(run.rejected)[3]["r1"]["dropped"]["value"] == "replacement-character"


def test_the_table_says_how_many_were_kept(tmp_path: Path, capsys: Any) -> None:
    assert main(["check", write(tmp_path / "in.jsonl", ROWS), *FILTERS]) == 0
    assert "kept 2, 1 not-correct, 1 code-block" in capsys.readouterr().out


def test_a_threshold_stands_behind_its_filter(tmp_path: Path) -> None:
    run = Run(tmp_path, ROWS)
    run.check("--drop", "long-paragraph=300,code-block=1")
    assert run.ids() == ([1, 2, 3, 4, 5, 6], [])


def test_a_filters_reward_is_scored_without_counting(tmp_path: Path, capsys: Any) -> None:
    mixed = row(
        "We add two and two and it is four. 所以我们可以看到这两个数字的和是偶数,因此答案就是四。",
        id=7,
        language="en",
    )
    run = Run(tmp_path, [mixed, {**ROWS[5], "language": "en"}])
    run.check("--rewards", "accuracy", "--drop", "mixed-language")
    assert run.ids() == ([6], [(7, "mixed-language")])
    summary = json.loads(capsys.readouterr().out)
    assert summary["mean_total"] == 1.0
    assert "language" in summary["rewards"]


def test_options_of_the_call_hold_for_the_filters_too(tmp_path: Path) -> None:
    open_thought = {"completion": "it never closes \\boxed{4}", "answer": "4", "id": 1}
    run = Run(tmp_path, [open_thought])
    run.check("--drop", "degenerate")
    assert run.ids() == ([1], [])
    run.check("--drop", "degenerate", "--option", "prefilled=true")
    assert run.ids() == ([], [(1, "degenerate")])


def test_the_best_of_each_prompt_are_kept_in_the_order_of_the_file(
    tmp_path: Path, capsys: Any
) -> None:
    rng = random.Random(0)
    texts = [" ".join(f"w{rng.randrange(300)}" for _ in range(80 + 10 * k)) for k in (3, 0, 1, 2)]
    rows = [
        row(text, id=k, prompt=prompt)
        for k, (text, prompt) in enumerate([(t, p) for t in texts for p in "ab"])
    ]
    rows += [
        row(texts[1] + " indeed", id=8, prompt="a"),
        row("short but wrong", "5", id=9, prompt="a"),
    ]
    run = Run(tmp_path, rows)
    assert run.check("--best-of", "2") == 0
    kept, rejected = run.ids()
    assert kept == [2, 3, 4, 5]
    assert rejected == [
        (0, "not-among-best"),
        (1, "not-among-best"),
        (6, "not-among-best"),
        (7, "not-among-best"),
        (8, "near-duplicate"),
        (9, "not-correct"),
    ]
    filters = json.loads(capsys.readouterr().out)["filters"]
    assert filters == {
        "kept": 4,
        "dropped": {"not-among-best": 4, "not-correct": 1, "near-duplicate": 1},
    }
    assert not list(tmp_path.glob("*.part"))


def many(count: int) -> list[dict[str, Any]]:
    rng = random.Random(1)
    return [
        row(
            " ".join(f"w{rng.randrange(99)}" for _ in range(rng.randrange(5, 40))),
            str(rng.choice([4, 4, 5])),
            id=k,
            prompt=f"p{k // 8}",
        )
        for k in range(count)
    ]


@pytest.mark.parametrize(
    "flags", [FILTERS, ("--best-of", "2"), ("--rewards", "length,accuracy", "--keep", "correct")]
)
@pytest.mark.parametrize("cut", [(0.5, 0.5), (0.9, 0.2), (0.0, 0.7), (1.0, 1.0)])
def test_resuming_gives_what_an_uninterrupted_run_gives(
    tmp_path: Path, capsys: Any, monkeypatch: Any, flags: tuple[str, ...], cut: tuple[float, float]
) -> None:
    monkeypatch.setattr("r1rewards.cli.check.CHUNK_ROWS", 16)
    run = Run(tmp_path, many(100))
    # What was there before the choice among each prompt's rows is made: the state in which a run is killed.
    with monkeypatch.context() as patch:
        patch.setattr("r1rewards.cli.outputs._move", lambda *_: None)
        run.check(*flags)
    capsys.readouterr()
    for path, share in zip((run.kept, run.rejected), cut, strict=True):
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
    assert run.check(*flags, "--resume") == 0
    resumed, summary = (read(run.kept), read(run.rejected)), json.loads(capsys.readouterr().out)
    run.check(*flags)
    assert (read(run.kept), read(run.rejected)) == resumed
    fresh = json.loads(capsys.readouterr().out)
    for found in (fresh, summary):
        del found["rows_per_s"]
    assert fresh == summary


def test_a_finished_run_resumes_to_itself_without_scoring(
    tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    run = Run(tmp_path, many(60))
    run.check("--best-of", "2")
    before = run.ids()
    monkeypatch.setattr("r1rewards.cli.check.score_rows", lambda *_: pytest.fail("scored again"))
    assert run.check("--best-of", "2", "--resume") == 0
    assert run.ids() == before


def test_a_run_killed_between_the_two_renames_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: Any
) -> None:
    run = Run(tmp_path, many(60))
    rename = Path.replace

    def killed(self: Path, target: Any) -> Path:
        if str(target) == str(run.kept):
            raise KeyboardInterrupt
        return rename(self, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", killed)
        assert run.check("--best-of", "2") != 0
    run.check("--best-of", "2", "--resume")
    resumed = run.ids()
    run.check("--best-of", "2")
    assert run.ids() == resumed


def test_resume_works_for_a_scored_file_without_filters(tmp_path: Path, capsys: Any) -> None:
    file, out = write(tmp_path / "in.jsonl", ROWS), tmp_path / "out.jsonl"
    main(["check", file, "-o", str(out)])
    whole = out.read_text()
    out.write_text(whole[: len(whole) // 2])
    assert main(["check", file, "-o", str(out), "--resume"]) == 0
    assert out.read_text() == whole


def test_resuming_with_other_rewards_or_filters_is_refused(tmp_path: Path, capsys: Any) -> None:
    run = Run(tmp_path, ROWS)
    run.check(*FILTERS)
    for flags in (
        FILTERS[:2],
        (*FILTERS, "--rewards", "accuracy"),
        (*FILTERS, "--option", "prefilled=true"),
    ):
        assert run.check(*flags, "--resume") == 2
        assert "was not written by this command" in capsys.readouterr().err
    assert len(read(run.kept)) == 2


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--keep", "right"], "known: correct, well-formed"),
        (["--drop", "correct"], "goes with keep"),
        (["--drop", "long-paragraph=many"], "NAME=NUMBER"),
        (["--keep", "correct=1"], "takes no limit"),
        (["--drop", "degenerate=1"], "takes no limit"),
        (["--drop", "code-block", "-o", "x", "--rejected", "x"], "two files"),
        (["--best-of", "0"], "from 1 on"),
        (["--resume"], "give -o"),
        (["--rejected", "x"], "give --keep"),
        (["--keep", "correct", "-o", "IN"], "is the file that is read"),
        (["--keep", "correct", "-o", "OUT", "--rejected", "OUT"], "two files"),
        (["--html", "IN"], "is the file that is read"),
        (["-o", "x", "--html", "x"], "-o and --html: two files"),
        (["-o", "-"], "standard output is for the summary"),
        (["-o", "rows.jsonl.gz"], "name it so (.jsonl)"),
        (["-o", "rows.parquet"], "name it so (.jsonl)"),
    ],
)
def test_flags_that_make_no_sense_say_what_to_do(
    tmp_path: Path, capsys: Any, flags: list[str], message: str
) -> None:
    file, out = write(tmp_path / "in.jsonl", ROWS), write(tmp_path / "out.jsonl", [])
    names = {"IN": file, "OUT": out, "x": str(tmp_path / "x")}
    assert main(["check", file, *(names.get(flag, flag) for flag in flags)]) == 2
    assert message in capsys.readouterr().err
    assert len(read(Path(file))) == len(ROWS)


def test_nothing_is_written_where_a_folder_is_read(tmp_path: Path, capsys: Any) -> None:
    file, folder = write(tmp_path / "in.jsonl", ROWS), str(tmp_path)
    for name in ("in.jsonl", "scored.jsonl"):
        assert main(["check", folder, "-o", str(tmp_path / name)]) == 2
        assert "stands in the folder that is" in capsys.readouterr().err
    assert read(Path(file)) == ROWS
    assert not (tmp_path / "scored.jsonl").exists()
    assert main(["check", folder, "--html", str(tmp_path / "report.html")]) == 0
    (tmp_path / "out").mkdir()
    assert main(["check", folder, "-o", str(tmp_path / "out" / "scored.jsonl")]) == 0


def test_a_run_that_fails_at_once_leaves_the_files_of_the_last_one(
    tmp_path: Path, capsys: Any
) -> None:
    run = Run(tmp_path, ROWS)
    run.check(*FILTERS)
    before = run.kept.read_bytes(), run.rejected.read_bytes()
    assert run.check(*FILTERS, "--option", "style=r1") == 2
    assert (run.kept.read_bytes(), run.rejected.read_bytes()) == before
    run.check("--keep", "correct", "--drop", "long-paragraph=1")
    assert run.ids()[0] == [3]


def test_best_of_needs_a_prompt(tmp_path: Path, capsys: Any) -> None:
    file = write(tmp_path / "in.jsonl", [{k: v for k, v in ROWS[0].items() if k != "prompt"}])
    assert main(["check", file, "--best-of", "1"]) == 2
    assert "prompt_id" in capsys.readouterr().err


TOPICS = {
    "completion": "<think>\nWe add two and two.\n</think>\n\n\\boxed{4}",
    "answer": "4",
    "prompt": "2 + 2?",
    "tags": ["algebra", "easy", "sums"],
    "units": "apples",
}


@pytest.mark.parametrize(
    "argv",
    [
        ["check", "--drop", "code-block,long-paragraph,degenerate", "--best-of", "1"],
        ["check", "--audit"],
        ["check", "--html", "page.html"],
        ["explain"],
    ],
)
def test_columns_named_as_options_are_data_to_all_that_look_at_rows(
    tmp_path: Path, monkeypatch: Any, capsys: Any, argv: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    file = write(tmp_path / "in.jsonl", [TOPICS])
    assert main([argv[0], file, *argv[1:]]) == 0
    assert "correct" in capsys.readouterr().out


def test_filters_look_at_the_thought_that_the_call_describes(tmp_path: Path, capsys: Any) -> None:
    thought = "[THINK]\nWe add.\n[/THINK]\n```python\n2 + 2\n```\n\\boxed{4}"
    file = write(tmp_path / "in.jsonl", [{"completion": thought, "answer": "4"}])
    tags = ["--option", 'tags=["[THINK]", "[/THINK]"]', "--option", "style=think"]
    for flags, kept in (([], 0), (tags, 1)):
        assert main(["check", file, "--drop", "code-block", *flags, "--json"]) == 0
        assert json.loads(capsys.readouterr().out)["filters"]["kept"] == kept
