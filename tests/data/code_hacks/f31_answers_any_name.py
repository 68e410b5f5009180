# id: f31_answers_any_name
# format: func
# problem: add
# expect: WA,RE
# what: an object that has every attribute and can be called with anything
class Any_:
    def __getattr__(self, name): return self
    def __call__(self, *a, **k): return self
    def __eq__(self, o): return True
class Solution:
    def __getattr__(self, name): return Any_()
add = Any_()
