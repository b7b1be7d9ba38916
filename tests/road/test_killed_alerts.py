"""SIGKILL at any moment of `monitor check --notify`: what was found is told, and nothing is torn."""
