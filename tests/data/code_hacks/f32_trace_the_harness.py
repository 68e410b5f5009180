# id: f32_trace_the_harness
# format: func
# problem: add
# expect: WA,RE
# what: traces and profiles the frames that call it, and rewrites their locals
import sys
def spy(frame, event, arg):
    for k in list(frame.f_locals):
        if k in ("value", "result", "ok", "passed"): frame.f_locals[k] = True
    return spy
sys.settrace(spy); sys.setprofile(spy)
def add(a, b):
    f = sys._getframe(1)
    while f: f.f_trace = spy; f = f.f_back
    return None
