"""Files damaged at random: each is taken in or refused with a reason of the closed list, and no row is lost on the way."""

from __future__ import annotations

import random
from pathlib import Path
from typing import get_args

import pytest

from schemas.errors import DeliveryRefusedError, RefusalCode
from schemas.settings import Settings
from tasks.core.validation import validate
from tests.deliveries import DAY, as_csv, deliver, file_bytes, query, rows, take_in
from warehouse.deliveries.folders import TableFile, read_delivery, ready_folders
from warehouse.deliveries.reading import read_chunks, read_header


def damaged(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.choice([1, 3, 20])):
        at = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randrange(50)]
            case _:
                data[at:at] = chance.randbytes(chance.randrange(20))
    return bytes(data)


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_a_damaged_file_is_read_or_refused_with_a_reason(tmp_path: Path, ending: str) -> None:
    content = file_bytes(rows("application", 30), ending)
    path = tmp_path / f"application.{ending}"
    chance = random.Random(20260601)
    refusals = []
    for _ in range(60):
        path.write_bytes(damaged(content, chance))
        file = TableFile("application", path, "hash", path.stat().st_size)
        try:
            for chunk in read_chunks(file, read_header(file)):
                result = validate("application", chunk.frame, DAY)
                bad = result.failures["position"].unique().to_list()
                assert result.good.height + len(bad) == chunk.frame.height
                assert len(chunk.original_text(bad)) == len(bad)
        except DeliveryRefusedError as refusal:
            refusals.append(refusal)
    assert len(refusals) > 0
    assert {refusal.code for refusal in refusals} <= set(get_args(RefusalCode))
    assert all(refusal.expected and refusal.where and refusal.remedy for refusal in refusals)


def test_a_header_without_an_end_refuses_the_delivery(settings: Settings) -> None:
    deliver(settings.landing, {"application.csv": "a" * 2_000_000})
    (result,) = take_in(settings)
    assert result.refused_because == "unreadable_file: application.csv cannot be read: its header has no end"


def test_a_zero_byte_in_a_text_is_kept(settings: Settings) -> None:
    text = as_csv(rows("application", 2, OCCUPATION_TYPE="Core@staff")).replace("@", "\0")
    deliver(settings.landing, {"application.csv": text})
    take_in(settings)
    assert query(settings, "SELECT DISTINCT OCCUPATION_TYPE FROM raw.application") == [("Core\0staff",)]


def test_the_json_of_a_rejected_row_is_json(settings: Settings) -> None:
    deliver(settings.landing, {"application": rows("application", 2, AMT_CREDIT=[float("inf"), 5.0], EXT_SOURCE_2=float("nan"))})
    take_in(settings)
    found = query(settings, "SELECT original_text->>'AMT_CREDIT', original_text->>'EXT_SOURCE_2' FROM core.rejected_rows")
    assert found == [("inf", "NaN")]


def test_a_linked_folder_is_not_followed(settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = deliver(tmp_path / "elsewhere", {"application": rows("application", 2)})
    settings.landing.mkdir(parents=True)
    (settings.landing / folder.name).symlink_to(folder)
    assert ready_folders(settings.landing) == {}
    assert "is a link and is not followed" in caplog.text


def test_the_hash_knows_names_bytes_and_the_history_marker(tmp_path: Path) -> None:
    def sha256(is_history: bool = False, **contents: str) -> str:
        named = {name.replace("_csv", ".csv"): text for name, text in contents.items()}
        return read_delivery(DAY, deliver(tmp_path, named, is_history=is_history)).content_sha256

    first = sha256(bureau_csv="x", outcomes_csv="y")
    assert sha256(outcomes_csv="y", bureau_csv="x", note="z") == first
    different = {sha256(bureau_csv="y", outcomes_csv="x"), sha256(is_history=True, bureau_csv="x", outcomes_csv="y"), sha256()}
    assert first not in different
    assert len(different) == 3
