# expect: AC
# what: what is the same object stays the same, on both sides
def has_cycle(head):
    seen = set()
    while head:
        if head in seen: return True
        seen.add(head)
        head = head.next
    return False
def meet(head):
    slow = fast = head
    while fast and fast.next:
        slow, fast = slow.next, fast.next.next
        if slow is fast: return slow
class Box: pass
box = Box()
def same(): return box
# tests:
class ListNode:
    def __init__(self, val): self.val, self.next = val, None
a, b, c = map(ListNode, range(3))
a.next, b.next = b, c
assert not has_cycle(a)
assert meet(a) is None
c.next = b
assert has_cycle(a)
assert meet(a) in (b, c)
assert same() is same()
assert same() == same()
