# id: f23_bool_for_int
# format: func
# problem: add
# expect: WA,RE
# what: returns True, which equals 1 and hashes like it
def add(a, b): return True
