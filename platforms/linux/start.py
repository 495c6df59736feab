"""Where the packaged tablet starts."""

import sys

from fieldapp.__main__ import main

sys.exit(main())
