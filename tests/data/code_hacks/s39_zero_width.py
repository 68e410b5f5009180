# id: s39_zero_width
# format: stdin
# problem: sum
# expect: WA
# what: the right digits with a zero-width space behind: Unicode stripping would take it
n = int(input()); print(str(sum(map(int, input().split()))) + "\u200b")
