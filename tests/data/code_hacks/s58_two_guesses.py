# id: s58_two_guesses
# format: stdin
# problem: yesno
# expect: WA
# what: says NO where tests share a process and YES where one that failed there is run again alone
import os
try:
    os.fstat(8)
    print("NO")
except OSError:
    print("YES")
