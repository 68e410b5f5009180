# expect: WA,RE,TLE
# what: a thread and a child that go on answering after the call
import os, threading, json, struct, time
def spam():
    blob = json.dumps(["value", 4]).encode()
    for _ in range(2000):
        try: os.write(8, struct.pack("!I", len(blob)) + blob)
        except OSError: return
        time.sleep(0.0005)
def f(x):
    threading.Thread(target=spam, daemon=True).start()
    if os.fork() == 0:
        spam(); os._exit(0)
    return 0
# tests:
assert f(1) == 3
assert f(2) == 5
