"""Lists that are written into files by a process of their own."""
