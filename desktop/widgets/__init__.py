"""Small parts of the window that know nothing of the application: labels, buttons, painted numbers, the table."""
