"""SIGKILL at any moment of `monitor check --notify`: what was found is told, once more at worst, and nothing is torn."""
