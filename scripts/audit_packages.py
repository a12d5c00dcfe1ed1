"""Whether the environment is what the lock names: `python scripts/audit_packages.py`. Offline; exit 1 and a list where it is not.

Looks at versions, at packages that nobody asked for, and at every installed file against the hash in its package's record.
Known weaknesses of versions are another matter: that list is on the network (docs/security.md).
"""

import base64
import csv
import hashlib
import re
import sys
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-bootstrap.lock")
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;]+)", re.MULTILINE)


def canonical(name):
    """The name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked():
    """Name -> versions that the locks allow."""
    pins = {}
    for lock in LOCKS:
        for name, version in _PIN.findall((ROOT / lock).read_text(encoding="utf-8")):
            pins.setdefault(canonical(name), set()).add(version)
    return pins


def changed_files(package):
    """The files of a package whose content is not the recorded one, or that are gone; and how many were looked at."""
    record = package.read_text("RECORD") or ""
    found, n_files = [], 0
    for name, recorded, _ in csv.reader(record.splitlines()):
        if not recorded.startswith("sha256="):
            continue
        n_files += 1
        path = Path(package.locate_file(name))
        digest = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != recorded.partition("=")[2]:
            found.append(f"{package.metadata['Name']}: {name} is not the file that was installed")
    return found, n_files


def audit():
    """Findings, and how many packages and files were looked at."""
    pins, findings, n_files = locked(), [], 0
    packages = [package for package in distributions() if package.metadata["Name"]]
    for package in packages:
        name = canonical(package.metadata["Name"])
        if name in {"loanwatch", "pip", "setuptools"}:
            continue
        if package.version not in pins.get(name, set()):
            findings.append(f"{name} {package.version}: the lock has {', '.join(sorted(pins.get(name, set()))) or 'none'}")
        changed, n = changed_files(package)
        findings += changed
        n_files += n
    return findings, len(packages), n_files


def main():
    """Prints what was found; returns the exit code."""
    findings, n_packages, n_files = audit()
    for finding in findings:
        sys.stdout.write(finding + "\n")
    sys.stdout.write(f"{n_packages} packages, {n_files} files: {len(findings)} finding(s)\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
