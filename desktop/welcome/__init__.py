"""The first page: two doors, and the way to a workspace that exists."""
