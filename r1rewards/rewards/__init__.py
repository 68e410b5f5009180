"""One reward, one file; each holds a constant `REWARD`."""
