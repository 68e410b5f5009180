# id: s42_carriage_return
# format: stdin
# problem: sum
# expect: WA
# what: a guess, a carriage return, the right answer
n = int(input()); print("0\r" + str(sum(map(int, input().split()))))
