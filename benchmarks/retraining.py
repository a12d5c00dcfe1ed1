"""The retraining of the model owner on real rows, as a whole process: `python -m benchmarks.retraining --source DIR`.

Imports the tables into a home of its own (not timed), then `loanwatch retrain` with its defaults: all candidates, ten trials.
With `--again` a second time, to hold the two model texts together. Writes benchmarks/results/retraining.json and, from it, the
table in docs/model.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

RESULT = Path(__file__).parent / "results" / "retraining.json"
PAGE = Path(__file__).parent.parent / "docs" / "model.md"
START = "<!-- candidates: rendered by benchmarks/retraining.py, do not edit -->"
END = "<!-- end of candidates -->"
#: What the page says of a second run.
AGAIN = {
    True: "A second run gave the same model text, byte for byte.",
    False: "A second run gave ANOTHER model text.",
    None: "",
}
LOANWATCH = [str(Path(sys.executable).parent / "loanwatch")]


def _loanwatch(home: Path, *arguments: str) -> float:
    """Runs a command and returns its seconds."""
    started = time.perf_counter()
    subprocess.run([*LOANWATCH, "--home", str(home), *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def _text_sha256(home: Path, version: str) -> str:
    return hashlib.sha256((home / "models" / version / "model.txt").read_bytes()).hexdigest()


def measure(source: Path, *, again: bool) -> dict[str, Any]:
    """Imports, trains, and reads what the training recorded."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        _loanwatch(home, "import-home-credit", str(source))
        seconds = _loanwatch(home, "retrain", "--reason", "benchmark")
        (version,) = sorted(item.name for item in (home / "models").iterdir())
        record = json.loads((home / "models" / version / "training.json").read_text(encoding="utf-8"))
        first = _text_sha256(home, version)
        same = None
        if again:
            (home / "scratch" / "searches.db").unlink(missing_ok=True)  # or the second search would resume the first
            _loanwatch(home, "retrain", "--reason", "benchmark, again")
            second = sorted(item.name for item in (home / "models").iterdir())[-1]
            same = _text_sha256(home, second) == first
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "seconds": round(seconds, 1),
        "same_model_text_again": same,
        "model_text_sha256": first,
        "n_rows": record["n_rows"],
        "n_holdout": record["n_holdout"],
        "threshold": record["candidates"][-1]["threshold"],
        "score_psi": record["score_psi"],
        "fairness": record["fairness"],
        "candidates": [
            {
                "name": item["name"],
                "title": item["title"],
                "seconds": item["seconds"],
                "auc": item["holdout"]["figures"]["auc"],
                "cost": item["holdout"]["figures"]["cost"],
                "auc_difference": item["auc_difference"],
                "cost_difference": item["cost_difference"],
            }
            for item in record["candidates"]
        ],
    }


def _figure(figure: dict[str, float | None] | None, sign: str = "") -> str:
    if figure is None or figure["value"] is None:
        return ""
    return f"{figure['value']:{sign}.4f} ({figure['lower']:.4f} to {figure['upper']:.4f})"


def _fairness_lines(results: dict[str, Any]) -> list[str]:
    lines = ["| attribute | group | rows | approved | over the highest | floor |", "|---|---|---|---|---|---|"]
    for row in results["fairness"]:
        rate = "" if row["approval_rate"] is None else f"{row['approval_rate']:.1%}"
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3f}"
        lines.append(
            f"| {row['attribute']} | {row['group']} | {row['n_rows']:,} | {rate} | {ratio} | {row['status'].replace('_', ' ')} |"
        )
    return lines


def render(results: dict[str, Any]) -> str:
    """The table of candidates, best AUC first, and approval by group."""
    ordered = sorted(results["candidates"], key=lambda item: -item["auc"]["value"])
    lines = [
        f"{results['n_rows']:,} rows to fit on, {results['n_holdout']:,} held out; {results['seconds']:.0f} s for the whole "
        f"command ({results['machine']}). {AGAIN[results['same_model_text_again']]}".rstrip(),
        "",
        "| candidate | AUC (95 %) | less LightGBM's | cost (95 %) | less LightGBM's | seconds |",
        "|---|---|---|---|---|---|",
        *(
            f"| {item['title']} | {_figure(item['auc'])} | {_figure(item['auc_difference'], '+')} | {_figure(item['cost'])} "
            f"| {_figure(item['cost_difference'], '+')} | {item['seconds']:.0f} |"
            for item in ordered
        ),
        "",
        "Approval by group on the hold-out, at the model's threshold:",
        "",
        *_fairness_lines(results),
    ]
    return "\n".join(lines)


def update_page(results: dict[str, Any]) -> None:
    """Puts the tables between the two marks of docs/model.md."""
    head, start, rest = PAGE.read_text(encoding="utf-8").partition(START)
    _, end, tail = rest.partition(END)
    if not start or not end:
        raise ValueError(f"{PAGE.name} has no place for the candidates")
    PAGE.write_text(f"{head}{START}\n{render(results)}\n{END}{tail}", encoding="utf-8")


def main() -> None:
    """Measures, or with `--render` only writes the page anew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--source", type=Path)
    parser.add_argument("--again", action="store_true", help="train twice and compare the model texts")
    parser.add_argument("--render", action="store_true", help="only render the page from the last results")
    arguments = parser.parse_args()
    if not arguments.render:
        if arguments.source is None:
            parser.error("--source names the folder with the tables")
        results = measure(arguments.source.absolute(), again=arguments.again)
        RESULT.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    update_page(json.loads(RESULT.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
