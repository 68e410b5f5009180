# id: f25_text_number
# format: func
# problem: add
# expect: WA,RE
# what: returns the number as text: graders that compare str() take it
def add(a, b): return str(a + b)
