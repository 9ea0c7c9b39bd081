"""Lists of people in every form in which people have them, as headings and rows of text."""
