"""One row per language, and what is known about a program before it runs."""

from __future__ import annotations

import re

import pytest

from r1rewards.errors import UnsupportedLanguageError
from r1rewards.sandbox.images import GROUPS, context_dir
from r1rewards.sandbox.languages import BY_NAME, LANGUAGES, find_language, toolchain
from tests.clock import assert_quick


def test_no_name_means_two_languages() -> None:
    names = [name for language in LANGUAGES for name in language.names]
    assert len(names) == len(set(names)) == len(BY_NAME)
    assert all(name == name.lower() for name in names)


def test_every_language_lives_in_a_group() -> None:
    assert {language.group for language in LANGUAGES} == set(GROUPS)


def test_names_are_read_in_any_case() -> None:
    assert find_language("C++").name == "cpp"
    with pytest.raises(UnsupportedLanguageError, match="python, cpp"):
        find_language("brainfuck")


def test_the_precompiled_header_has_the_flags_of_the_compiler() -> None:
    flags = set(re.findall(r"-(?:O\d|std=\S+)", (context_dir() / "core" / "Dockerfile").read_text()))  # fmt: skip
    first, _, _ = find_language("cpp").compile_argv[-1].partition("||")
    assert flags == {flag for flag in first.split() if flag[:2] in ("-O", "-s")}


@pytest.mark.parametrize(
    ("source", "main"),
    [
        ("public class Abc { public static void main(String[] a) {} }", "Abc"),
        ("class A {} class B { public static void main(String[] a) {} } class C {}", "B"),
        ("class A { static class Node {} public static void main(String[] a) {} }", "A"),
        ("class Main { } public final class Run { }", "Run"),
        ("// the class to run\nclass A { static void main(String[] a) {} }", "A"),
        ('class A { String s = "}} public class X {"; static void main(String[] a) {} }', "A"),
        ("interface I {} record R(int a) {} enum E { X }", "E"),
        ("", "Main"),
    ],
)
def test_the_java_class_to_start(source: str, main: str) -> None:
    built = toolchain(find_language("java"), source, 1024)
    assert built.file_name == f"{main}.java"
    assert built.run_argv[-1] == main
    assert "-Xmx768m" in built.run_argv


def test_a_java_class_is_started_with_its_package() -> None:
    source = "// from a book\npackage com . example.x;\npublic class Run {}"
    built = toolchain(find_language("java"), source, 1024)
    assert built.file_name == "Run.java"
    assert built.run_argv[-1] == "com.example.x.Run"


@pytest.mark.parametrize(
    "piece", ["package a", "final ", "public ", "/*", "'\\", '"', "class ", "{", "static\n"]
)
def test_a_hostile_java_source_costs_linear_work(piece: str) -> None:
    source = piece * (250_000 // len(piece))
    assert_quick(lambda: toolchain(find_language("java"), source, 1024), 2.0)
