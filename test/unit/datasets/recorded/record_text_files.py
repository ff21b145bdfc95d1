"""Records texts as pandas writes them, and what pandas reads back, for ../text-fuzz.test.ts (`python record_text_files.py`, pandas 3).

Every separator with every quoting and kind of label, twice; the kind of steps, line ends, comments, the order of rows and the place of
labels go around beside them. A text's series are in the order of their first rows. Encodings are the test's.
"""

import csv
import io
import itertools
import json
import pathlib

import numpy
import pandas

SEPARATORS = [",", ";", "\t", " ", "|"]
QUOTINGS = {"minimal": csv.QUOTE_MINIMAL, "all": csv.QUOTE_ALL, "words": csv.QUOTE_NONNUMERIC}
LABELS = {
    "numbers": [0.5, -1.25, 3e-3, 2.0],
    "whole": [3, 5, 5, -1],
    "words": ["läuft", "geht", "läuft", "steht"],
    "odd words": ['say "hi"', "a, b; c", "a, b; c", "# 1"],
}
STEPS = {
    "whole": lambda n: [i + 8 for i in range(n)],
    "nanoseconds": lambda n: [1700000000000000000 + 100 * i for i in range(n)],
    "times": lambda n: [f"2024-03-{1 + i:02d}T10:00:00" for i in range(n)],
    "zoned": lambda n: [f"2024-03-01 0{i}:30:00.{i}+01:00" for i in range(n)],
    "days": lambda n: [f"2024-{1 + 2 * i:02d}-28" for i in range(n)],
}
PLACES = ["every", "first", "last"]
LENGTHS = [3, 1, 4, 2]
COMMENT = "made by hand, 2024; a b"


def make_frame(labels, steps, place, random):
    rows = []
    for series, (label, length) in enumerate(zip(labels, LENGTHS)):
        for index, step in enumerate(STEPS[steps](length)):
            shown = place == "every" or index == (0 if place == "first" else length - 1)
            x = [int(value) / 8 for value in random.integers(-20, 20, size=2)]
            rows.append([f"s{series}", step, *x, label if shown else None])
    return pandas.DataFrame(rows, columns=["id", "t", "a", "b", "y"])


def read_series(text, separator, decimal):
    frame = pandas.read_csv(io.StringIO(text), sep=separator, decimal=decimal, dtype={"t": str})
    series = []
    for _, rows in frame.groupby("id", sort=False):
        label = rows["y"].dropna().iloc[0]
        ordered = rows.sort_values("t", key=lambda column: column.map(lambda step: (len(step), step)))
        series.append(
            {
                "inputs": ordered[["a", "b"]].to_numpy().ravel().tolist(),
                "label": label.item() if isinstance(label, numpy.generic) else label,
            }
        )
    return series


def main():
    random = numpy.random.default_rng(15)
    steps, places = itertools.cycle(STEPS), itertools.cycle(PLACES)
    line_ends, has_comment = itertools.cycle(["\n", "\r\n", "\n", "\r"]), itertools.cycle([False, False, True])
    is_shuffled = itertools.cycle([False, True, False, False, False, False, True])
    has_decimal_comma = itertools.cycle([False, True])
    lines = []
    for label, separator, quoting, _ in itertools.product(LABELS, SEPARATORS, QUOTINGS, range(2)):
        step, place, line_end = next(steps), next(places), next(line_ends)
        decimal = "," if separator != "," and next(has_decimal_comma) else "."
        frame = make_frame(LABELS[label], step, place, random)
        if next(is_shuffled):
            frame = frame.sample(frac=1, random_state=7)
        text = frame.to_csv(
            sep=separator, quoting=QUOTINGS[quoting], decimal=decimal, index=False, lineterminator=line_end
        )
        series = read_series(text, separator, decimal)
        comment = f"# {COMMENT}{line_end}" if next(has_comment) else ""
        name = f"{label} ({place}), {separator!r}, {quoting} quoted, {step}, decimal {decimal}"
        lines.append(json.dumps({"name": name, "text": comment + text, "series": series}, ensure_ascii=False))
    place = pathlib.Path(__file__).with_name("text-files.json")
    place.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


main()
