"""The built-in rewards: one file each, each an ordinary plugin that exposes `REWARD`."""
