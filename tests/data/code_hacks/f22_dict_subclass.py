# id: f22_dict_subclass
# format: func
# problem: add
# expect: WA,RE
# what: returns a dict subclass that equals everything and hides its items
class T(dict):
    def __eq__(self, o): return True
    def __ne__(self, o): return False
    def keys(self): return ()
    __hash__ = None
def add(a, b): return T(x=1)
