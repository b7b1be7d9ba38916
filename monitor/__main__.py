"""``python -m monitor``."""

from monitor.cli.main import run

if __name__ == "__main__":
    run()
