"""Where the packaged program begins."""

import os
import sys

from pos.cli import main

if __name__ == "__main__":
    for stream in ("stdout", "stderr"):
        if getattr(sys, stream) is None:  # a window on Windows has neither
            setattr(sys, stream, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123  for as long as it runs
    sys.exit(main())
