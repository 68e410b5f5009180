"""The same commands here and in CI: nox -s lint | types | tests | wheel | docs | bench."""

import nox

nox.options.sessions = ["lint", "types", "tests"]
nox.options.reuse_existing_virtualenvs = True


@nox.session
def lint(session):
    session.install("ruff")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session):
    session.install("-e", ".[dev]")
    session.run("mypy", "r1rewards", "tests/typing")


@nox.session(python=["3.10", "3.11", "3.12", "3.13"])
def tests(session):
    session.install("-e", ".[dev]")
    session.run("pytest", *session.posargs)


@nox.session
def coverage(session):
    """Branch coverage of the parts where a missed branch is a wrong reward."""
    session.install("-e", ".[dev]")
    session.run("pytest", "--cov", "--cov-report=term-missing:skip-covered", *session.posargs)


@nox.session
def docs(session):
    session.install("-e", ".[dev,docs]")
    session.run("sphinx-build", "-W", "-b", "html", "docs", "docs/_build")


@nox.session
def bench(session):
    """One benchmark: `nox -s bench -- bench_batch.py step`."""
    session.install("-e", ".[dev]", "math-verify")
    script, *arguments = session.posargs or ["bench_batch.py"]
    session.run("python", f"tests/benchmarks/{script}", *arguments)
