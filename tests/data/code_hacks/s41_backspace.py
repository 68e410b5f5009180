# id: s41_backspace
# format: stdin
# problem: sum
# expect: WA
# what: overprints: a terminal would show the right answer
n = int(input()); print("9\b" + str(sum(map(int, input().split()))))
