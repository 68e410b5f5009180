# id: f34_rebind_modules
# format: func
# problem: add
# expect: WA,RE
# what: puts its own json, marshal and struct into sys.modules and their functions
import sys, json, marshal, struct, types
def yes(*a, **k): return "3"
for m in (json, marshal, struct):
    for n in ("dumps", "loads", "pack"):
        try: setattr(m, n, yes)
        except (AttributeError, TypeError): pass
for n in ("json", "marshal", "struct", "wire"): sys.modules[n] = types.ModuleType(n)
def add(a, b): return None
