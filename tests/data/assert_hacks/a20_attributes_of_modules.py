# expect: WA,RE
# what: reaches from a module it is given to files, the interpreter and the judge
def f(module):
    system = module.codecs.sys
    system.modules["os"].write(6, b"0 1\n1 1\nE\n")
    system.modules["os"]._exit(0)
# tests:
import json
assert f(json) == 2
assert f(json) == 3
