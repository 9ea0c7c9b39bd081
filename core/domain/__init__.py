"""Values, enums and ids that cross borders. No I/O, no async, no clock."""
