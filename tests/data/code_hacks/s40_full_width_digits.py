# id: s40_full_width_digits
# format: stdin
# problem: sum
# expect: WA
# what: the right number in full-width digits: int() of it is equal
n = int(input()); print(str(sum(map(int, input().split()))).translate({48 + i: 0xFF10 + i for i in range(10)}))
