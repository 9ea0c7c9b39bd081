"""Rules for every test: fresh folders, no network but the loopback address."""
