"""No text executes code: disguised Python as answers and references, watched by an audit hook.

The hook sees every exec, compile, import, open and process start of the interpreter, whoever asks for it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from r1rewards.errors import WorkerError
from r1rewards.workers import WorkerPool

ROOT = Path(__file__).parent.parent.parent

CALLS = [
    "__import__('os').mkdir('{canary}')",
    "__import__(chr(111)+chr(115)).mkdir('{canary}')",
    "open('{canary}','w')",
    "[open('{canary}','w')]",
    "(open('{canary}','w'),1)",
    "{{open('{canary}','w')}}",
    "open('{canary}','w')or'1\\pi'",
    'exec(\'open("{canary}","w")\')',
    'eval(\'open("{canary}","w")\')',
    "exec(chr(111)+chr(112)+chr(101)+chr(110))",
    "().__class__.__bases__[0].__subclasses__()",
    "().__class__.__mro__[1].__subclasses__()[-1]('{canary}')",
    "(lambda:open('{canary}','w'))()",
    "[x for x in [open('{canary}','w')]]",
    "getattr(__builtins__,'open')('{canary}','w')",
    "globals()['__builtins__']['open']('{canary}','w')",
    'f\'{{open("{canary}","w")}}\'',
    "breakpoint()",
    "import os; os.mkdir('{canary}')",
    "from os import mkdir",
    "os.system('touch {canary}')",
    "subprocess.run(['touch','{canary}'])",
    "compile('1','','exec')",
    'sympify(\'open("{canary}","w")\')',
    'parse_expr(\'__import__("os").mkdir("{canary}")\')',
    "lambdify(x, open('{canary}','w'))",
    "Function('open')('{canary}')",
    "Symbol('x').__class__.__init__.__globals__",
    'S(\'open("{canary}","w")\')',
    "__loader__.load_module('os')",
    "print(open('/etc/passwd').read())",
    "input()",
    "exit()",
    "quit()",
    "1 if open('{canary}','w') else 2",
    "1+open('{canary}','w')",
    "open('{canary}','w')+x",
    "\\text{{open('{canary}','w')}}",
    "\\operatorname{{open}}('{canary}','w')",
    "\\mathrm{{exec}}(x)",
    "\\input{{{canary}}}",
    "\\write18{{touch {canary}}}",
    "\\immediate\\write18{{touch {canary}}}",
    "\\openout\\f={canary}",
    "\\include{{/etc/passwd}}",
    "\\directlua{{os.execute('touch {canary}')}}",
    "$(touch {canary})",
    "`touch {canary}`",
    "; touch {canary}",
    "%x(touch {canary})",
    "${{jndi:ldap://x/y}}",
    "{{{{7*7}}}}",
    "<script>open('{canary}')</script>",
    "cos(0) if not __import__('os').mkdir('{canary}') else 1",
    "x.__reduce__()",
    "np.load('{canary}')",
    "pickle.loads(b'cos\\nsystem\\n')",
    "type('X',(),{{}})()",
    "vars()",
    "help()",
]
WRAPPED = [
    "{}",
    "\\frac{{{}}}{{2}}",
    "\\pi\\cdot {}",
    "\\begin{{pmatrix}}{}\\\\1\\end{{pmatrix}}",
    "[{},1]",
    "x={}",
]
REFERENCES = ["5", "\\pi", "[1,2]", "\\begin{pmatrix}1\\\\2\\end{pmatrix}", "x^2+1", "\\text{open}"]

_WATCH = """
import json, sys
from r1rewards.answers import decide, read_reference
from r1rewards.answers.extract import find_answer
from r1rewards.answers.references import reference_of
from r1rewards.rewards import math_answers
answers, references = json.load(sys.stdin)
for reference in references:  # what is imported on first use is imported here
    for answer in [*references, "\\\\sqrt{2}+x", "1/0", "]0,1[", "\\\\sin x", "2 cm", "(("]:
        decide(answer, read_reference(reference), symbolic=False)
seen = []
WATCHED = ("exec", "compile", "import", "open", "os.", "subprocess.", "socket.", "ctypes.", "shutil.", "code.", "pty.",
           "tempfile.", "marshal.", "pickle.", "builtins.", "webbrowser.", "urllib.")
sys.addaudithook(lambda event, args: seen.append((event, repr(args)[:200])) if event.startswith(WATCHED) else None)
for answer in answers:
    for text in ("\\\\boxed{" + answer + "}", "<answer>" + answer + "</answer>", "The answer is " + answer):
        found = find_answer(text, mode="lenient").text
        for reference in references:
            if found is not None:
                decide(found, read_reference(reference), symbolic=False)
    read = reference_of(answer)
    if read.problem is None:
        decide("5", read, symbolic=False)
count = len(seen)
eval("1+1")  # the hook works: this one it must see
assert len(seen) > count
print(json.dumps(seen[:count]))
"""


def test_no_answer_and_no_reference_runs_code(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    calls = [call.format(canary=canary) for call in CALLS]
    answers = [wrapper.format(call) for call in calls for wrapper in WRAPPED]
    run = subprocess.run(
        [sys.executable, "-c", _WATCH],
        input=json.dumps([answers, REFERENCES]),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == []
    assert not canary.exists()


@pytest.mark.slow
def test_the_symbolic_worker_runs_no_code_either(tmp_path: Path) -> None:
    """Given the texts as they are, though the grammar lets hardly any of them through to it."""
    canary = tmp_path / "canary"
    texts = [
        wrap % call.format(canary=canary) for call in CALLS for wrap in ("%s", "\\int_0^1 %s dx")
    ]
    pool = WorkerPool("r1rewards.answers.symbolic:compare", cpu_s=5)
    try:
        assert pool.run("\\int_0^1 x dx", "\\frac{1}{2}")[0] is True  # it works at all
        futures = [pool.submit(text, "\\int_0^1 x^2 dx") for text in texts]
        for future in futures:
            error = future.exception()
            assert isinstance(error, WorkerError) or not future.result()[0]
    finally:
        pool.close()
    assert not canary.exists()
