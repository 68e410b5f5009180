# id: c18_stream_attributes
# format: stdin
# problem: sum
# expect: AC
# what: right, by streams of its own that ask those of the interpreter for mode and name, as contest templates do
import os
import sys
from io import BytesIO, IOBase

class FastIO(IOBase):
    def __init__(self, file):
        self.fd = file.fileno()
        self.buffer = BytesIO()
        self.writable = "x" in file.mode or "r" not in file.mode
        self.write = self.buffer.write if self.writable else None

    def read(self):
        return os.read(self.fd, max(os.fstat(self.fd).st_size, 8192))

    def flush(self):
        if self.writable:
            os.write(self.fd, self.buffer.getvalue())
            self.buffer.truncate(0)
            self.buffer.seek(0)

assert [f.name for f in (sys.stdin, sys.stdout, sys.stderr)] == ["<stdin>", "<stdout>", "<stderr>"]
text = FastIO(sys.stdin).read().split()
out = FastIO(sys.stdout)
out.write(b"%d\n" % sum(map(int, text[1:])))
out.flush()
