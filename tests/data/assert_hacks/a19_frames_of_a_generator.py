# expect: WA,RE
# what: reaches from a generator it is given to its frame, the test's names and the judge's builtins
def f(xs):
    frame = xs.gi_frame
    frame.f_builtins["exec"]("import os; os.write(6, b'0 1\\n1 1\\nE\\n'); os._exit(0)", {})
    return frame.f_globals["wanted"]
# tests:
wanted = 14
assert f(x * x for x in range(4)) == wanted
assert f(x + x for x in range(4)) == 12
