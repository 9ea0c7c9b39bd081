"""Text models behind one protocol, and what they are asked for: writing, and the inbox."""
