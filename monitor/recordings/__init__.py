"""Exchange <-> HAR; masking; runs, baselines, locks. Nothing here judges or calls."""
