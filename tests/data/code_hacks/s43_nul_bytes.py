# id: s43_nul_bytes
# format: stdin
# problem: sum
# expect: WA
# what: the right answer followed by NUL bytes: C string comparison would take it
import sys
n = int(input()); sys.stdout.buffer.write(str(sum(map(int, input().split()))).encode() + b"\0\0wrong\n")
