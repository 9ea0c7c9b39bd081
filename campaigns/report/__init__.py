"""What was reached: counts, lanes, reasons, every person with a final state."""
