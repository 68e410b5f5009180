"""One file per trainer: translate its call into `score_batch`, and its answer back.

A file that must subclass something of its trainer imports it, and is only ever imported by that trainer.
"""
