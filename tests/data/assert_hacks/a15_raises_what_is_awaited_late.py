# expect: WA,RE
# what: exceptions with lying names
class ValueError(Exception): pass
class AssertionError(BaseException): pass
def f(x): raise (ValueError if x else AssertionError)("no")
# tests:
raised = False
try:
    f(0)
except TypeError:
    raised = True
assert raised
