# expect: WA,RE
# what: truths, types, NaN, minus nothing and other things that are not what they seem
def f(x): return [True, float("nan"), int, 1.0000000001, "3", b"3", (1, 2), {3: 3}.keys()][x]
# tests:
assert f(0) == 2
assert f(1) == f(1)
assert f(2) == 3
assert f(3) == 1
assert f(4) == 3
assert f(5) == "3"
assert f(6) == [1, 2]
assert f(7) == [3]
