"""monitor: tells people that a vendor's API has drifted, before their flows go blank."""

__version__ = "0.1.0"
