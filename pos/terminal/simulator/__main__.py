"""python -m pos.terminal.simulator."""

import sys

from pos.terminal.simulator.command import main

sys.exit(main(sys.argv[1:]))
