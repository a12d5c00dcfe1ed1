"""A policy or channels file with a fault is refused in words, on one line, before anything is decided by it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas.channels import load_alert_settings
from schemas.errors import UsageError, VerificationError
from schemas.policy import load_policy, parse_policy
from schemas.settings import Settings
from schemas.toml_file import MAX_TOML_BYTES

SHIPPED = (Path(__file__).parents[2] / "schemas" / "policy.toml").read_text(encoding="utf-8")


def changed(key: str, value: str) -> str:
    """The shipped policy with the first line of that key replaced."""
    lines = SHIPPED.splitlines()
    place = next(place for place, line in enumerate(lines) if line.split("=")[0].strip() == key)
    return "\n".join([*lines[:place], f"{key} = {value}", *lines[place + 1 :]])


FAULTS = {
    "an unknown key": '"\\u001b[31mx\\ny" = 1\n' + SHIPPED,
    "an unknown section": SHIPPED + "\n[extra]\na = 1\n",
    "a text for a number": changed("granted_default", '"10"'),
    "a number for a text": changed("insufficient_input", "1"),
    "a truth for a number": changed("granted_default", "true"),
    "a date for a number": changed("granted_default", "2026-01-01"),
    "an infinite number": changed("granted_default", "inf"),
    "no number": changed("granted_default", "nan"),
    "a number too large": changed("granted_default", "1e999"),
    "an integer too large": changed("granted_default", "1" + "0" * 400),
    "an integer of 5,000 digits": changed("version", "1" * 5000),
    "crossing bands": changed("decline_from", "0.001"),
    "a share above one": changed("max_bad_share", "1.5"),
    "a negative share": changed("min_filled_share", "-0.1"),
    "limits that fall": changed("watch", "99.0"),
    "a key said twice": SHIPPED + "\n[cost]\nrefused = 1.0\n",
    "brackets without end": "a = " + "[" * 100_000,
    "an empty file": "",
    "a zero byte": SHIPPED + "\0",
    "more than a policy can hold": SHIPPED + "#" * MAX_TOML_BYTES,
}


@pytest.mark.parametrize("text", FAULTS.values(), ids=FAULTS)
def test_a_policy_with_a_fault_is_refused_in_words(tmp_path: Path, text: str) -> None:
    file = tmp_path / "policy.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(VerificationError) as caught:
        load_policy(file)
    assert caught.value.exit_code == 14
    assert caught.value.expected
    assert caught.value.where == str(file)
    assert caught.value.found.isprintable()


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfversion = 1", b"\xff\xfe", SHIPPED.encode("utf-16")])
def test_a_policy_in_another_encoding_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "policy.toml").write_bytes(content)
    with pytest.raises(VerificationError, match="cannot be read"):
        load_policy(tmp_path / "policy.toml")


@pytest.mark.parametrize("kind", ["pipe", "folder", "device", "nothing"])
def test_what_is_no_file_is_no_policy_and_is_not_waited_for(tmp_path: Path, kind: str) -> None:
    path = Path("/dev/zero") if kind == "device" else tmp_path / "policy.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    with pytest.raises(VerificationError, match="cannot be read"):
        load_policy(path)


@pytest.mark.parametrize("content", ['{"a":' * 100_000, "1", "null", "[]", "", "{", '{"version": 1e999}'])
def test_a_stored_policy_that_is_none_is_refused(content: str) -> None:
    with pytest.raises(VerificationError):
        parse_policy(content, "registry.policies")


@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "1" * 5000, '"\\u001b[31m" = 1', "[[channels]]\nkind = 7"])
def test_a_channels_file_with_a_fault_is_refused_in_words(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    (tmp_path / "channels.toml").write_text(text, encoding="utf-8")
    monkeypatch.setenv("LOANWATCH_CHANNELS", str(tmp_path / "channels.toml"))
    with pytest.raises(UsageError) as caught:
        load_alert_settings(settings)
    assert caught.value.found.isprintable()
