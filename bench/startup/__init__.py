"""How soon the console stands there."""
