"""Pictures of every page, dialog and part of the window, light and dark, over made-up accounts and campaigns.

For developers and the documents (`main.py screenshots`, `desktop.pictures.gallery`); nothing of the window imports it.
"""
