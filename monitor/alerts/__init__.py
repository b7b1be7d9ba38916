"""What changed of incidents -> messages -> channels. Composing is PURE; a channel is one file; delivery sends."""
