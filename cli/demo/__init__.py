"""The demo: the whole way from an empty folder to everyone reached exactly once, on the sandbox."""
