# expect: AC
# what: an in-place change of lists, lists within lists, and of what is given by name
def sort(xs): xs.sort()
def mark(board, cell=None): board[0][0] = "X"; cell and cell.append(1)
# tests:
a = [3, 1, 2]
sort(a)
assert a == [1, 2, 3]
b = [2, 1]
sort(xs=b)
assert b == [1, 2]
board, cell = [[".", "."], [".", "."]], [0]
mark(board, cell=cell)
assert board == [["X", "."], [".", "."]]
assert cell == [0, 1]
