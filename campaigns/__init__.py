"""The engine and its rules; declares the ports it needs."""
