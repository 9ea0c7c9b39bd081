"""What is said: templates and their checks, formatting, variants, media, the library, and how it reads for one person."""
