"""The settings of a workspace, drawn from what core.config says about each of them."""
