"""The report as a reader gets it: what stands on it, how large it is, and what a browser makes of it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from r1rewards import Reward, score_batch
from r1rewards.cli import main
from r1rewards.report import Report
from r1rewards.report.page import LARGEST_MB
from r1rewards.rows import Row

ATTACK = "<script>document.title = 'owned'</script><img src=x onerror=\"document.title='owned'\">"
ROWS = [
    {"completion": f"<think>{ATTACK}</think><answer>\\boxed{{5}}</answer>", "answer": "4", "prompt_id": "p1"},
    {"completion": "<think>two</think><answer>\\boxed{4}</answer>", "answer": "4", "prompt_id": "p1"},
    {"completion": "no \u202e box", "answer": ATTACK, "prompt_id": ATTACK, "source": ATTACK},
    {"completion": "好" * 5000 + "\\boxed{9}" + "的" * 5000, "answer": "8", "prompt_id": "p2", "source": "zh"},
    {"completion": "", "answer": "8", "prompt_id": "p2", "prompt": ATTACK},
]  # fmt: skip


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS) + "not json\n")
    out = tmp_path / "report.html"
    assert main(["check", str(path), "--html", str(out)]) == 0
    return out


def test_the_page_says_what_happened(report: Path) -> None:
    page = report.read_text()
    for said in ("rows could not be read", "accuracy: wrong", "pass@1", "answered wrongly by every sample",
                 "Data sources", "rows.jsonl:1", "5 against 4", "letters …"):  # fmt: skip
        assert said in page
    assert "The completion is empty" in page


def test_nothing_on_the_page_runs_or_loads(report: Path) -> None:
    page = report.read_text().lower()
    for never in (
        "<script",
        "<img",
        "<iframe",
        "<link",
        "<object",
        "javascript:",
        "http://",
        "https://",
        "url(",
    ):
        assert never not in page


def test_the_answer_and_the_tags_are_marked(report: Path) -> None:
    page = report.read_text()
    assert '<span class="answer">5</span>' in page
    assert '<span class="tag">&lt;think&gt;</span>' in page


def test_a_file_that_cannot_be_written_is_named_before_rows_are_scored(
    tmp_path: Path, capsys
) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(ROWS[1]))
    assert main(["check", str(path), "--html", str(tmp_path / "no" / "r.html")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def big_report(path: Path, rows: int) -> str:
    """A report on many rows of 6 kB that all fail, each in one of several ways."""
    report = Report(str(path), "big", ["accuracy"], "accuracy")
    texts = [
        f"<think>{'长' * 2_000}</think>" + end
        for end in ("", "\\boxed{5}", "\\boxed{1} or \\boxed{2}")
    ]
    texts.append("<think>" + "&<>" * 1_000)
    chunk = [Row(f"f:{i}", {}, texts[i % 4], "4", None, i // 8) for i in range(1000)]
    scores = score_batch(
        [r.completion for r in chunk], [r.reference for r in chunk], rewards="accuracy"
    )
    for _ in range(rows // 1000):
        report.add(chunk, scores)
    report.finish()
    return path.read_text()


def test_a_page_of_long_rows_stays_under_two_megabytes(tmp_path: Path) -> None:
    page = big_report(tmp_path / "r.html", 2000)
    assert len(page.encode()) < LARGEST_MB * 1e6
    assert "accuracy: no answer" in page


@pytest.mark.slow
def test_a_hundred_thousand_rows_stay_under_two_megabytes(tmp_path: Path) -> None:
    page = big_report(tmp_path / "r.html", 100_000)
    assert len(page.encode()) < LARGEST_MB * 1e6
    assert "100,000 rollouts" in page


def test_rewards_that_only_measure_make_a_page_too(tmp_path: Path) -> None:
    out = tmp_path / "r.html"
    length = Reward("length", lambda batch: [len(t) / 100 for t in batch.completions])
    report = Report(str(out), "t", ["length"], "length")
    rows = [Row(f"f:{i}", {}, "a" * i) for i in range(100)]
    report.add(rows, score_batch([r.completion for r in rows], rewards=length))
    report.finish()
    assert "length: mean 0.495" in out.read_text()


@pytest.mark.browser
def test_in_a_browser_a_script_in_a_completion_stays_text(report: Path, tmp_path: Path) -> None:
    dom = browse(tmp_path, f"file://{report}", "--dump-dom").decode()
    assert "<title>r1rewards: " in dom
    assert "<title>owned" not in dom
    assert "<script" not in dom
    assert "&lt;script&gt;document.title = 'owned'" in dom


@pytest.mark.browser
def test_in_a_browser_the_page_is_drawn(report: Path, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    shot = tmp_path / "shot.png"
    browse(tmp_path, f"file://{report}", f"--screenshot={shot}", "--window-size=1200,1600")
    pixels = np.asarray(image.open(shot).convert("RGB")).reshape(-1, 3)
    assert len(np.unique(pixels, axis=0)) > 50  # charts and text, not an empty page
    accent = np.abs(pixels.astype(int) - (0x30, 0x56, 0xD3)).sum(axis=1) < 12
    assert accent.sum() > 2000  # the bars


@pytest.mark.browser
def test_in_a_dark_browser_the_page_is_dark_and_can_be_read(report: Path, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    shot = tmp_path / "shot.png"
    dark = "--blink-settings=preferredColorScheme=0"
    browse(tmp_path, f"file://{report}", dark, f"--screenshot={shot}", "--window-size=1200,1600")
    pixels = np.asarray(image.open(shot).convert("RGB")).reshape(-1, 3).astype(int)
    brightness = pixels.mean(axis=1)
    assert (brightness < 64).mean() > 0.7
    assert 0.005 < (brightness > 190).mean() < 0.1  # letters, no white panel
    assert (np.abs(pixels - (0x8A, 0xA5, 0xFF)).sum(axis=1) < 12).sum() > 2000  # the bars


@pytest.mark.browser
def test_on_a_narrow_page_tables_stay_inside_their_cards(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    rows, out, shot = tmp_path / "rows.jsonl", tmp_path / "r.html", tmp_path / "shot.png"
    sources = [{**ROWS[1], "source": f"a-data-set-with-a-long-name_{i}"} for i in range(2)]
    rows.write_text("".join(json.dumps(row) + "\n" for row in sources))
    assert main(["check", str(rows), "--html", str(out)]) == 0
    browse(tmp_path, f"file://{out}", f"--screenshot={shot}", "--window-size=500,4000")
    pixels = np.asarray(image.open(shot).convert("RGB")).astype(int)
    width = pixels.shape[1]
    margin = pixels[300:, width - 12 :]  # below the header, whose line crosses the page
    assert (np.abs(margin - margin[-1, -1]).sum(axis=2) > 12).mean() < 0.001


def browse(folder: Path, url: str, *flags: str) -> bytes:
    chromium = shutil.which("chromium") or pytest.fail("no chromium: apt-get install chromium")
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}", *flags, url,
    ]  # fmt: skip
    return subprocess.run(command, check=True, capture_output=True, timeout=120).stdout
