"""Nodes are written in one spelling, which reads as the same node."""

from __future__ import annotations

import json

import pytest

from r1rewards.answers import read, same
from r1rewards.answers.nodes import Either
from r1rewards.answers.writing import write
from r1rewards.errors import UnreadableAnswerError
from tests.shared import SHARED

KINDS = [
    "5", "-2.50", r"\frac{1}{3}", "x_1'", r"\theta", r"\pi", "-\\infty", r"x^2-2x+1", r"\sqrt[3]{x}", r"2\sin x\cos^2 x", r"\log_2 8",
    r"|x|+\|v\|", r"\lfloor x \rfloor", "5!", "7!!", r"\binom{5}{2}", "A_5^2", r"\sum_{k=1}^{n} k", r"\int_0^1 x\,dx",
    r"\lim_{x \to 0} x", "101_2", r"1A_{16}", r"50\%", r"5\text{ km/h}", r"\$10", r"30^\circ", r"\sin 30^\circ", r"x \equiv 3 \pmod 7",
    "2:3", r"1 \text{ or } 2", "1, 2", r"\{1, 2\}", "(1, 2)", "[1,2,3]", r"\langle 1, 2\rangle", "x=1, y=2",
    r"\begin{pmatrix}1&2\\3&4\end{pmatrix}", r"\begin{cases} x & x>0 \\ -x & \text{otherwise} \end{cases}", "[0,1)",
    r"\emptyset", r"\mathbb{R}", r"(0,1)\cup(2,3)\cap((0,9)\setminus\{1\})", r"\{x \mid x>2, x<5\}", "-1<x\\le 3", r"x\in[0,1]",
    "Monday", "(B)", r"\text{(B) } 12", "3:30", "4:30:05 p.m.", "May 5", "2024-05-06", r"\angle ABC = 30^\circ", r"\overline{AB}=4",
    r"\dot{x}_0", "f(x)=2x", r"z^*", r"2\mathbf{i}+3\mathbf{j}", r"\text{speed}=5", r"\gcd(a,b)", r"7 \bmod 3", r"\operatorname{abs}(|x|)",
    "f'", "1,2,\\ldots,n", r"\left|\begin{matrix}1&2\\3&4\end{matrix}\right|", "x^{2'}", "1" * 5000, r"\mathbb{R}^+", r"\int x+1",
]  # fmt: skip


@pytest.mark.parametrize("text", KINDS)
def test_what_is_written_reads_as_the_same_node(text: str) -> None:
    node = read(text)
    assert read(write(node)) == node


def test_the_likelier_reading_is_written() -> None:
    node = read("3,14")
    assert isinstance(node, Either)
    assert read(write(node)) == node.readings[0]


@pytest.mark.skipif(SHARED is None, reason="the shared references are not here")
def test_every_real_reference_is_written_as_what_it_says() -> None:
    assert SHARED is not None
    lines = (SHARED / "data" / "references.jsonl").read_text().splitlines()
    wrong = []
    for line in lines:
        text = json.loads(line)["reference"]
        try:
            node = read(text)
        except UnreadableAnswerError:
            continue
        if len(text) < 150 and not same(read(write(node)), node):
            wrong.append(text)
    assert not wrong
