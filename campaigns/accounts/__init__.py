"""The accounts we operate, as a person steers them: how healthy each one is, and what can be done with it."""
