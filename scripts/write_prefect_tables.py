"""Writes flows/prefect_tables.sql: `python scripts/write_prefect_tables.py`; to be run when the pin of Prefect has moved."""

import asyncio
import os
import tempfile
from importlib.metadata import version
from pathlib import Path

from flows.prefect_tables import STATEMENTS, header, statements_of


async def migrate() -> None:
    """Lets Prefect make its tables by its migrations."""
    from prefect.server.database import provide_database_interface

    await provide_database_interface().create_db()


def main() -> None:
    """Makes a database as Prefect does, and writes down what it holds."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PREFECT_HOME"] = folder
        asyncio.run(migrate())
        statements = statements_of(Path(folder) / "prefect.db")
    text = "".join(f"{statement};\n" for statement in statements)
    STATEMENTS.write_text(f"{header(version('prefect'))}\n{text}", encoding="utf-8")


if __name__ == "__main__":
    main()
