"""The structs that ctypes passes are those of the C header."""

import ctypes
import re
import struct
from pathlib import Path

import pytest
from drugner import _library

LAYOUT = (Path(__file__).resolve().parents[3] / "abi/layout.c").read_text(encoding="utf-8")
STRUCTS = {
    "drugner_error": _library.ErrorStruct,
    "drugner_str": _library.Str,
    "drugner_model_options": _library.ModelOptions,
    "drugner_model_info": _library.ModelInfo,
    "drugner_context_options": _library.ContextOptions,
    "drugner_result": _library.Result,
    "drugner_paths": _library.Paths,
}


@pytest.mark.parametrize("name", STRUCTS)
def test_struct(name):
    kind = STRUCTS[name]
    fields = {field: int(offset) for field, offset in re.findall(rf"FIELD\({name}, (\w+), (\d+)\)", LAYOUT)}
    assert {field: getattr(kind, field).offset for field, _ in kind._fields_} == fields
    (size,) = re.findall(rf"SIZE\({name}, (\d+)\)", LAYOUT)
    assert ctypes.sizeof(kind) == int(size)


def test_structs_of_results():
    assert f"SIZE(drugner_span, {struct.calcsize(_library.SPAN)})" in LAYOUT
    assert f"SIZE(drugner_path, {struct.calcsize(_library.PATH)})" in LAYOUT
