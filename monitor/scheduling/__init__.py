"""The daemon: checks at their times, alerts delivered meanwhile."""
