# expect: WA,RE
# what: calls back into the test with what makes it raise, and looks at the exception and what it was given
def f(function, thing):
    try: function()
    except BaseException as e:
        frame = e.__traceback__.tb_frame
        while frame:
            if "wanted" in frame.f_globals: return frame.f_globals["wanted"]
            frame = frame.f_back
    for name in ("__dict__", "__class__", "wanted", "__init__"):
        try: getattr(thing, name).__globals__["wanted"]
        except BaseException: pass
    return 0
# tests:
wanted = 14
class Thing:
    def __init__(self): self.size = 1
assert f(lambda: 1 / 0, Thing()) == wanted
