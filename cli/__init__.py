"""The same work from a terminal: the only package that knows typer and rich."""
