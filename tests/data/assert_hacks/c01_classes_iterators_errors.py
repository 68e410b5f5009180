# expect: AC
# what: what tests do with the objects of an honest program
class Stack:
    def __init__(self, items=()): self.items = list(items)
    def push(self, x): self.items.append(x); return self
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __eq__(self, other): return isinstance(other, Stack) and self.items == other.items
    def __lt__(self, other): return len(self) < len(other)
    def __add__(self, other): return Stack(self.items + list(other))
    def __getitem__(self, i): return self.items[i]
    def __contains__(self, x): return x in self.items
    def __repr__(self): return f"Stack({self.items})"
    def __bool__(self): return bool(self.items)
class EmptyError(ValueError): pass
def pop(stack):
    if not stack: raise EmptyError("empty")
    return stack.items.pop()
def count(n):
    while n: yield n; n -= 1
# tests:
s = Stack()
assert not s
assert len(s.push(1).push(2)) == 2
assert s == Stack([1, 2])
assert s != Stack([1])
assert Stack([1]) < s
assert list(s + [3]) == [1, 2, 3]
assert s[0] == 1 and 2 in s and 5 not in s
assert repr(s) == "Stack([1, 2])"
assert pop(s) == 2
assert list(count(3)) == [3, 2, 1]
numbers = count(2)
assert next(numbers) == 2
assert next(numbers) == 1
assert next(numbers, "end") == "end"
try:
    pop(Stack())
    failed = False
except EmptyError as e:
    failed = str(e) == "empty"
assert failed
