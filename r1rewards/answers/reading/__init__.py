r"""Reading: the text of an answer to tokens, tokens to nodes."""
