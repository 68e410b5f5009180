# expect: WA,RE
# what: writes to the judge's socket by itself, answers before it is asked, and calls what it was given
import os, json, struct
def send(*message):
    blob = json.dumps(message).encode()
    os.write(8, struct.pack("!I", len(blob)) + blob)
def f(x):
    for verb in ("call", "get", "set", "next", "item", "__class__", "exec"):
        for number in range(4): send("ask", verb, {"ref": ["judge", number]}, "passed", True)
    send("value", True); send("value", {"ref": ["judge", 0]}); send("loaded", [["__record__", "plain", 1]])
    send("E"); os.write(8, b"0 1\nE\n")
    return x
# tests:
def key(x): return -x
assert f(key) == 2
assert f(1) == 2
