"""The completion as text: its tags, its words, their language."""
