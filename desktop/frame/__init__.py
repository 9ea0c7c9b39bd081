"""What stands around the pages: side bar, header, banner, status bar, palette, toasts, tray."""
