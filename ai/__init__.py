"""Text models behind one protocol. Empty until the writing assistant is built."""
