"""Judging one exchange: contract, translations, structure; pure."""
