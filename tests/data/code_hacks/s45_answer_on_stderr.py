# id: s45_answer_on_stderr
# format: stdin
# problem: sum
# expect: WA
# what: the answer goes to stderr only
import sys
n = int(input()); sys.stderr.write("%d\n" % sum(map(int, input().split())))
