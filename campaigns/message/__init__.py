"""The text: template, formatting, entities."""
