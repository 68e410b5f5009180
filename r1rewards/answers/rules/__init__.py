"""Rules: what equality means, kind of answer by kind of answer."""
