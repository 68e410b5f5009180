"""Values: what a node is worth, exactly, in a finite field, and in discs with a bound; and when two are the same."""
