"""Signing accounts in from the window: one dialog, one view for each state of the sign-in, and what stands behind it."""
