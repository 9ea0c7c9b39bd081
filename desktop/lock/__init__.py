"""The app lock in the console: what covers the window, how it opens, and what keeps everything behind it."""
