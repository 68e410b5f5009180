# id: f27_write_value_to_fds
# format: func
# problem: add
# expect: WA,RE
# what: writes what a result looks like to every inherited descriptor, then leaves with code 0
import posix
def add(a, b):
    for fd in range(1, 256):
        for text in (b"3", b'{"status": "ok", "value": 3}\n', b"1 1\n2 1\n3 1\nE\n"):
            try: posix.write(fd, text)
            except OSError: pass
    posix._exit(0)
