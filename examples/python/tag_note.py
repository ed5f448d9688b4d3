"""Prints the drug mentions of a note.

    pip install drugner-*.whl
    python tag_note.py [-m MODEL] FILE        (FILE is - for standard input)

One line per mention, columns separated by tabs: start, end (code points, half-open), label, score, text.
"""

import argparse
import sys
from pathlib import Path

import drugner


def main() -> int:
    parser = argparse.ArgumentParser(description="Prints the drug mentions of a note.")
    parser.add_argument("-m", "--model", help="a model file instead of the model in the package")
    parser.add_argument("file")
    arguments = parser.parse_args()
    try:
        data = sys.stdin.buffer.read() if arguments.file == "-" else Path(arguments.file).read_bytes()
        text = data.decode("utf-8", "replace")
        model = drugner.Model.open(arguments.model) if arguments.model else None
        with drugner.Recognizer(model) as recognizer:
            for mention in recognizer.find(text):
                found = " ".join(text[mention.start : mention.end].split())
                print(mention.start, mention.end, mention.label, f"{mention.score:.3f}", found, sep="\t")
    except (OSError, drugner.Error) as error:
        print(f"tag_note: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
