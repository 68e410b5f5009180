# expect: AC
# what: arguments that are iterators, views, functions and files
def total(numbers): return sum(numbers)
def shout(lines): return [line.strip().upper() for line in lines]
def apply(function, xs): return [function(x) for x in xs]
def pairs(d): return sorted(d)
# tests:
import io
assert total(iter([1, 2, 3])) == 6
assert total(x * x for x in range(4)) == 14
assert total(map(int, "123")) == 6
assert total({1: 2, 3: 4}.values()) == 6
assert pairs({1: 2, 3: 4}.items()) == [(1, 2), (3, 4)]
assert pairs({1: 2, 3: 4}.keys()) == [1, 3]
assert apply(lambda x: x + 1, [1, 2]) == [2, 3]
assert apply(str.upper, ["a"]) == ["A"]
assert apply(len, ["ab", ""]) == [2, 0]
assert shout(io.StringIO("a\nb\n")) == ["A", "B"]
