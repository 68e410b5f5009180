"""`swift rlhf --external_plugins $(r1rewards path swift)`: registers r1, r1_accuracy, r1_format and r1_language."""

from r1rewards.adapters.swift import R1, R1Accuracy, R1Format, R1Language, orms

__all__ = ["R1", "R1Accuracy", "R1Format", "R1Language", "orms"]
