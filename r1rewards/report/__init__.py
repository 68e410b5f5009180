"""What `r1rewards check --html` writes: one offline page that says how a file of rollouts was scored."""

from r1rewards.report.page import Report

__all__ = ["Report"]
