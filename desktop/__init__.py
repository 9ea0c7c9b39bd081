"""The console: the only package that knows Qt."""
