"""The only importer of duckdb: connection, migrations, named SQL, stores, checks, publication."""
