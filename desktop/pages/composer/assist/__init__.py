"""Help with writing by a text model: always a draft beside the text, taken by a person or not at all."""
