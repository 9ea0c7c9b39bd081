"""SQLite: connection, writer, readers, migrations and one store per aggregate."""
