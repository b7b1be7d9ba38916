"""Pact V4 contracts made of what consumers read. PURE: values in, Pact JSON out.

`matchers` makes an example body and its matching rules out of a recorded body and the paths that are read; `formats`
knows the regular expressions; `interactions` puts one interaction together; `files` puts interactions into one Pact
file, and knows which files and interactions are ours; `domains` says which interaction belongs where.
"""
