# expect: AC
# what: trees whose class the test code defines
def depth(root): return 0 if root is None else 1 + max(depth(root.left), depth(root.right))
def invert(root):
    if root: root.left, root.right = invert(root.right), invert(root.left)
    return root
# tests:
class TreeNode:
    def __init__(self, val=0, left=None, right=None):
        self.val, self.left, self.right = val, left, right
tree = TreeNode(1, TreeNode(2), TreeNode(3, TreeNode(4)))
assert depth(tree) == 3
assert depth(None) == 0
assert invert(tree).left.val == 3
assert invert(tree) is tree
