"""The stores: one per aggregate. Each write is one unit of work on the database's writer, each read one bounded look."""
