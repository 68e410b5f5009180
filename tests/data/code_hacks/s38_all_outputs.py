# id: s38_all_outputs
# format: stdin
# problem: sum
# expect: WA
# what: prints every plausible answer, one a line
for i in range(-10, 200): print(i)
