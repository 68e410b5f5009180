# expect: WA,RE,TLE,MLE
# what: an endless list, a gigabyte of text and a number without end
def f(x):
    if x == 1: return (1 for _ in iter(int, 1))
    if x == 2: return "x" * (1 << 30)
    return 1 << (1 << 31)
# tests:
assert f(2) == "x"
assert f(3) == 3
assert list(f(1)) == [1]
