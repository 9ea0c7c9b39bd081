"""How the parts are put together, by subject; main.py registers them. The one place that knows every package."""
