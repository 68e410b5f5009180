# id: s44_other_form
# format: stdin
# problem: sum
# expect: WA
# what: the right number with a sign, leading zeros and decimals
n = int(input()); print("+0%d.0" % sum(map(int, input().split())))
