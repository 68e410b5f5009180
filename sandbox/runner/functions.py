"""What runs where a program is not a script: its functions are called, by us or by test code.

Imported by the zygotes of kind "full" and "numpy" only, with what such programs like to import.
"""

import ast  # noqa: F401 - imported once here instead of in every program
import cmath  # noqa: F401
import contextlib  # noqa: F401
import dataclasses  # noqa: F401
import datetime  # noqa: F401, ICN001
import decimal  # noqa: F401
import fractions  # noqa: F401
import json  # noqa: F401
import os

import judge
import serving
import wire
from zygote import INPUT, OUTPUT, Program, guarded, load


def run(mode, order):
    """Run one order, and end the process."""
    if mode == "call":
        Function(order).run_tests()
    elif mode == "judge":
        judge.judge(order)
    elif mode == "serve":
        serving.serve(load)
    else:
        judge.together(order, load)


class Function(Program):
    """A function of a program, called with plain data; its result goes back as plain data."""

    module_name = "solution"  # not __main__: a guarded script part reads input that is not there

    def run_once(self):
        if self.order["tests"] == 1 or not hasattr(self, "module"):
            code, self.module = load(self.module_name)
            if exit_code := guarded(lambda: exec(code, vars(self.module))):
                return exit_code
        return guarded(self.call)

    def rewind(self):
        """The program stays loaded, as an imported module would: its globals are its own business."""
        self.renew_streams()

    def call(self):
        name, _, arguments = os.pread(INPUT, os.fstat(INPUT).st_size, 0).partition(b"\0")
        value = find(vars(self.module), name.decode())(*wire.decode(arguments))
        blob = wire.encode(value, arrays=False)
        while blob:
            blob = blob[os.write(OUTPUT, blob) :]


def find(names, function):
    """The function of that name, or the method of a new `Solution`."""
    if function in names:
        return names[function]
    if "Solution" in names:
        return getattr(names["Solution"](), function)
    raise NameError(f"the program defines no function {function!r}, and no class Solution")
