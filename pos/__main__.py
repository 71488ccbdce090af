"""``python -m pos``."""

import sys

from pos.cli import main

if __name__ == "__main__":
    sys.exit(main())
