"""monitor.yaml + environment -> Settings, or every fault at once with its place and the fix. See load.py."""
