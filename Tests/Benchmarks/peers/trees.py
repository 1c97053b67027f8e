# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Runs the peers of `benchmarks trees` and `benchmarks load` on the same models and rows, in turn, and prints ratios.

    python Tests/Benchmarks/peers/trees.py [--quick] [--only PART,...] [--folder DIR]

SWIFT_MLOPS_BIN is the folder with the release build of `benchmarks`. All peers run with one thread unless a line
says otherwise; each figure is the best of several runs, of single rows the median call. --folder keeps the models
for the next run, for compiling them takes the peers minutes.
"""
import argparse
import importlib.metadata
import os
import pathlib
import tempfile

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import tree_models
import tree_parts

PEERS = ["xgboost-cpu", "lightgbm", "onnxruntime", "tl2cgen", "scikit-learn", "ydf"]


class Table:
    def __init__(self):
        self.rows = []

    def add(self, work, peer, theirs, mine, target=None):
        """A line with the seconds of a peer and ours, and how many times as fast we should be."""
        ratio = theirs / mine
        verdict = "" if target is None else ("met" if ratio >= target else "NOT met")
        self.show(work, peer, f"{theirs * 1e6:.1f}", f"{mine * 1e6:.1f}", f"{ratio:.1f}",
                  "" if target is None else f"{target:g}", verdict)

    def add_number(self, work, mine, most):
        """A line with a number that should be at most another."""
        self.show(work, "", "", f"{mine:.1f}", "", f"{most:g} or less", "met" if mine <= most else "NOT met")

    def show(self, *cells):
        self.rows.append(cells)
        print("  ".join(cells), flush=True)

    def markdown(self):
        head = ("work", "peer", "peer us", "ours us", "ratio", "target", "")
        return "\n".join("| " + " | ".join(row) + " |" for row in [head, ("---",) * 7, *self.rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="100 trees and few rows: to see that it works")
    parser.add_argument("--only", help=f"parts of the table, separated by commas: {', '.join(tree_parts.PARTS)}")
    parser.add_argument("--folder", help="where models are kept; default: a temporary folder")
    options = parser.parse_args()
    parts = options.only.split(",") if options.only else list(tree_parts.PARTS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(options.folder or temporary)
        folder.mkdir(parents=True, exist_ok=True)
        size = {"trees": 100, "samples": 5_000} if options.quick else {}
        models = tree_models.Models(folder, **size)
        table = Table()
        for part in parts:
            tree_parts.PARTS[part](models, table)
    print()
    print(", ".join([f"{peer} {importlib.metadata.version(peer)}" for peer in PEERS] + [
        line.replace("==", " ") for line in (tree_parts.HERE / "compiled-requirements.txt").read_text().splitlines()
        if line.startswith(("lleaves", "daal"))]))
    print(table.markdown())


if __name__ == "__main__":
    main()
