"""What `r1rewards path` prints for trainers that take a file and not a module.

A folder of its own, and these names, because a trainer may put the file's folder at the head of `sys.path` (ms-swift
does): beside `adapters/ray.py` and `adapters/trl.py` every later `import ray` or `import trl` would find ours.
"""
