"""A program of its own: main.py with a key store that counts. `counted_worker.py FOLDER ARGUMENTS...`"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.fleet.key_store import use_counted_keyring
from main import main

if __name__ == "__main__":
    use_counted_keyring(Path(sys.argv.pop(1)))
    raise SystemExit(main())
