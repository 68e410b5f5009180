# id: f26_all_answers
# format: func
# problem: add
# expect: WA,RE
# what: returns every plausible answer in one list
def add(a, b): return list(range(-10, 400))
