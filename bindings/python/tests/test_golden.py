"""The golden notes: every binding finds the same mentions, in the unit of its own strings."""

import json
import struct
from pathlib import Path

import drugner
import pytest

FILE = Path(__file__).resolve().parents[3] / "tests/golden/notes.json"
GOLDEN = json.loads(FILE.read_text(encoding="utf-8"))


def text_of(note):
    """The note as a Python object, and the unit of its offsets."""
    if "bytes" in note:
        return bytes.fromhex(note["bytes"]), "bytes"
    if "units" in note:
        packed = struct.pack(f"={len(note['units'])}H", *note["units"])
        return packed.decode("utf-16-le" if struct.pack("=H", 1)[0] else "utf-16-be", "surrogatepass"), "codepoints"
    return note["text"], "codepoints"


def check(mentions, note, text, unit):
    """``mentions`` are those of the golden note, in all its copies."""
    copies = note.get("repeat", 1)
    expected = [
        (start + copy * len(text), end + copy * len(text), golden)
        for copy in range(copies)
        for golden in note["mentions"]
        for start, end in [golden[unit]]
    ]
    assert [(m.start, m.end) for m in mentions] == [(start, end) for start, end, _ in expected]
    whole = text * copies
    for mention, (start, end, golden) in zip(mentions, expected):
        assert mention.label == golden["label"]
        assert struct.pack("f", mention.score) == struct.pack("f", golden["score"])
        assert mention.abbreviation == golden.get("abbreviation", False)
        if "text" in golden:
            found = golden["text"].encode() if isinstance(whole, bytes) else golden["text"]
            assert whole[mention.start : mention.end] == found


@pytest.mark.parametrize("note", GOLDEN["notes"], ids=lambda note: note["name"])
def test_golden_note(note):
    assert drugner.Model.default().sha256 == GOLDEN["model"]
    text, unit = text_of(note)
    with drugner.Recognizer() as recognizer:
        mentions = recognizer.find(text * note.get("repeat", 1))
        check(mentions, note, text, unit)
        assert mentions.invalid_text_seen == ("bytes" in note or "units" in note)
        if "text" in note and "repeat" not in note:
            encoded = text.encode("utf-8")
            check(recognizer.find(encoded * note.get("repeat", 1)), note, encoded, "bytes")
