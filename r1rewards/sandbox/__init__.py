"""Untrusted programs, run in warm containers: `jobs` is what goes in and comes out."""
