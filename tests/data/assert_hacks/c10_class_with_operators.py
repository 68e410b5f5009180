# expect: AC
# what: objects of the program's that are entered, negated, measured and emptied
class Account:
    def __init__(self, balance=0): self.balance, self.log = balance, {}
    def __enter__(self): self.log["in"] = True; return self
    def __exit__(self, kind, error, trace): self.log["error"] = str(error); return kind is not None
    def __neg__(self): return Account(-self.balance)
    def __abs__(self): return Account(abs(self.balance))
    def __setitem__(self, key, value): self.log[key] = value
    def __delitem__(self, key): del self.log[key]
# tests:
account = Account(3)
with account as entered:
    entered["x"] = 1
    raise ValueError("caught")
assert account.log == {"in": True, "x": 1, "error": "caught"}
del account["x"]
assert account.log == {"in": True, "error": "caught"}
assert (-account).balance == -3
assert abs(-account).balance == 3
