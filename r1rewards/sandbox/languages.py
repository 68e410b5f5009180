"""The languages programs may be written in: one row each, and how a row becomes the `Toolchain` of one program.

To add one: a row here, its packages in `sandbox/<group>/Dockerfile`, and seven programs in
`tests/data/languages/<name>/`; `r1rewards sandbox check` then runs them.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from r1rewards.errors import UnsupportedLanguageError
from r1rewards.sandbox.images import image_name
from r1rewards.sandbox.jobs import Limits, Toolchain

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Language:
    """One row: how programs of a language are named, built and run.

    names:     what data sets and fenced blocks call it, the first being ours.
    group:     the image group its compiler lives in (`sandbox/<group>/Dockerfile`).
    file_name, compile_argv, artefacts, run_argv: as `Toolchain` has them. `{stem}` stands for the name of the main
               class (Java), `{main}` for it with its package, `{heap_mb}` for what a garbage collector may take of the
               memory limit.
    memory_mb: the limit where the tests name none.
    heap_share: of the memory limit, for languages whose runtime gives up by itself when the heap is full (it must see
               the end of the heap before the kernel sees the end of the slot, or it collects too late). 0: none does.
    """

    names: tuple[str, ...]
    group: str
    file_name: str
    run_argv: tuple[str, ...] = ()
    compile_argv: tuple[str, ...] = ()
    artefacts: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    memory_mb: int = Limits().memory_mb
    heap_share: float = 0.0

    @property
    def name(self) -> str:
        """Our name of it."""
        return self.names[0]


LANGUAGES: tuple[Language, ...] = (
    Language(names=("python", "python3", "py", "py3", "pypy", "pypy3"), group="core", file_name="main.py"),
    Language(
        names=("cpp", "c++", "cc", "cxx", "cpp17", "c++17", "cpp20", "c++20", "g++"),
        group="core",
        file_name="main.cpp",
        # First the flags of the precompiled header in sandbox/core/Dockerfile: others make g++ ignore it.
        compile_argv=(
            "bash", "-c", "g++ -O2 -std=gnu++17 -o main main.cpp || g++ -O2 -std=gnu++20 -o main main.cpp",
        ),
        artefacts=("main",),
        run_argv=("./main",),
    ),
    Language(
        names=("c", "c11", "gcc"),
        group="core",
        file_name="main.c",
        compile_argv=("gcc", "-O2", "-std=gnu11", "-o", "main", "main.c", "-lm"),
        artefacts=("main",),
        run_argv=("./main",),
    ),
    Language(
        names=("bash", "sh", "shell", "zsh"),
        group="core",
        file_name="main.sh",
        compile_argv=("bash", "-n", "main.sh"),
        artefacts=("main.sh",),
        run_argv=("bash", "main.sh"),
    ),
    Language(
        names=("java",),
        group="jvm",
        file_name="{stem}.java",
        compile_argv=(
            "javac", "-J-XX:TieredStopAtLevel=1", "-J-Xmx512m", "-proc:none", "-nowarn", "-d", ".", "{stem}.java",
        ),
        artefacts=("**/*.class",),
        run_argv=(
            "java", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-Xss64m", "-Xmx{heap_mb}m", "-cp", ".", "{main}",
        ),
        memory_mb=1024,
        heap_share=0.75,
    ),
    Language(
        names=("javascript", "js", "node", "nodejs"),
        group="web",
        file_name="main.js",
        compile_argv=("node", "--check", "main.js"),
        artefacts=("main.js",),
        run_argv=("node", "--max-old-space-size={heap_mb}", "--stack-size=8000", "main.js"),
        heap_share=0.75,
    ),
    Language(
        names=("typescript", "ts"),
        group="web",
        file_name="main.ts",
        compile_argv=("node", "/opt/languages/transpile.js", "main.ts", "main.js"),
        artefacts=("main.js",),
        run_argv=("node", "--max-old-space-size={heap_mb}", "--stack-size=8000", "main.js"),
        heap_share=0.75,
    ),
    Language(
        names=("go", "golang"),
        group="extra",
        file_name="main.go",
        # Compiler and linker without the `go` command, whose build cache wants a writable home: 0.2 s against 0.4 s.
        compile_argv=("bash", "-c", "go tool compile -p main -o main.o main.go && go tool link -s -o main main.o"),
        artefacts=("main",),
        run_argv=("./main",),
    ),
    Language(
        names=("rust", "rs"),
        group="extra",
        file_name="main.rs",
        # Stripped: 0.3 MB travel to the slots, not 11.
        compile_argv=("rustc", "-O", "--edition=2021", "-Cstrip=symbols", "-o", "main", "main.rs"),
        artefacts=("main",),
        run_argv=("./main",),
    ),
    Language(
        names=("csharp", "c#", "cs", "mono"),
        group="extra",
        file_name="main.cs",
        compile_argv=("mcs", "-optimize+", "-r:System.Numerics", "-out:main.exe", "main.cs"),
        artefacts=("main.exe",),
        run_argv=("mono", "main.exe"),
    ),
    Language(
        names=("php",),
        group="extra",
        file_name="main.php",
        compile_argv=("php", "-n", "-l", "main.php"),
        artefacts=("main.php",),
        # Without php.ini: errors go to stderr, where they belong, and not into the judged output.
        run_argv=("php", "-n", "-d", "display_errors=stderr", "-d", "memory_limit=-1", "main.php"),
    ),
)  # fmt: skip

BY_NAME: Mapping[str, Language] = MappingProxyType(
    {name: language for language in LANGUAGES for name in language.names}
)


def find_language(name: str) -> Language:
    """The row of `name`, in any case. Raises UnsupportedLanguageError, which lists the names."""
    language = BY_NAME.get(name.strip().lower())
    if language is None:
        known = ", ".join(row.name for row in LANGUAGES)
        raise UnsupportedLanguageError(f"no language {name!r}; there are: {known}.")
    return language


_image = functools.cache(image_name)
"""Once per process: its digest reads files, 0.7 ms that every program would wait for."""


def toolchain(language: Language, source: str, memory_mb: int) -> Toolchain:
    """How `source`, a program in `language`, is built and run where its memory is limited to `memory_mb`."""
    words = (
        dict(zip(("{stem}", "{main}"), _java_main(source), strict=True))
        if language.name == "java"
        else {}
    )
    words["{heap_mb}"] = str(int(memory_mb * language.heap_share))

    def filled(text: str) -> str:
        for word, value in words.items():
            text = text.replace(word, value)
        return text

    return Toolchain(
        name=language.name,
        image=_image(language.group),
        file_name=filled(language.file_name),
        run_argv=tuple(map(filled, language.run_argv)),
        compile_argv=tuple(map(filled, language.compile_argv)),
        artefacts=language.artefacts,
        env=language.env,
    )


# What is never closed is matched too: each place is then looked at once, however hostile the source.
_JAVA_NOISE = re.compile(
    r"""//[^\n]* | /\*.*?(?:\*/|\Z) | "(?:\\.|[^"\\\n])*"? | '(?:\\.|[^'\\\n])*'?""",
    re.DOTALL | re.VERBOSE,
)
# {0,4}: no declaration has more modifiers, and an unbounded run of them would be read again from each.
_JAVA_TOKEN = re.compile(
    r"""(?P<brace>[{}])
      | \b(?P<public>public\s+)?(?:(?:final|abstract|static|strictfp|sealed)\s+){0,4}
        (?:class|record|enum|interface)\s+(?P<type>[A-Za-z_]\w*)
      | \bstatic\s+(?:final\s+)?void\s+(?P<main>main)\b""",
    re.VERBOSE,
)


_JAVA_PACKAGE = re.compile(r"\s*package\s+([\w.\s]+);")


def _java_main(source: str) -> tuple[str, str]:
    """The class to start: the public one, as its file must carry its name; else the one around `main`.

    Alone, and with the package that the source says it is in.
    """
    code = _JAVA_NOISE.sub(" ", source)
    package = _JAVA_PACKAGE.match(code)
    stem = _java_class(code)
    return stem, f"{''.join(package[1].split())}.{stem}" if package else stem


def _java_class(code: str) -> str:
    depth, found, around_main = 0, "Main", None
    for token in _JAVA_TOKEN.finditer(code):
        if token["brace"]:
            depth += 1 if token["brace"] == "{" else -1
        elif token["main"]:
            around_main = around_main or found
        elif depth == 0:
            found = token["type"]
            if token["public"]:
                return found
    return around_main or found
