# expect: WA,RE
# what: patches builtins, json, the wire, the peer and the socket of its own process once it is called
import builtins, json, struct, sys
def f(x):
    for name in ("judge", "wire", "zygote", "functions", "operator"):
        module = sys.modules.get(name)
        for value in list(vars(module).values()) if module else ():
            if isinstance(value, type):
                try: value.__eq__ = value.__bool__ = lambda *a: True
                except TypeError: pass
    for module, names in ((builtins, ("any", "all", "abs", "bool")), (json, ("dumps", "loads"))):
        for name in names: setattr(module, name, lambda *a, **k: '["value", 0]')
    return 0
# tests:
assert f(1) == 2
assert f(2) == 3
assert all(f(i) == 2 + i for i in range(3))
