"""The C API (include/drugner.h) by ctypes, as far as the package uses it."""

from __future__ import annotations

import ctypes
import platform
import sys
from ctypes import POINTER, c_char, c_char_p, c_float, c_int32, c_size_t, c_ubyte, c_uint32, c_uint64, c_void_p
from pathlib import Path

ABI_VERSION = 1

OK = 0
SPAN_LIMIT = -62
LOAD_AUTO = 0
LOAD_COPY = 2
INVALID_REPLACE = 0
INVALID_REJECT = 1
INVALID_TEXT_SEEN = 1
SENTENCE_CUT = 2
SPAN_ABBREVIATION = 1
INTERNAL = -6
TEXT_TOO_LONG = -60
NO_POSITION = 2**64 - 1


class Sized(ctypes.Structure):
    """A struct that begins with its size; all other fields start as zero, which is what the _INIT macros do."""

    def __init__(self, **fields: object) -> None:
        super().__init__(struct_size=ctypes.sizeof(self), **fields)


class ErrorStruct(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("status", c_int32),
        ("os_error", c_int32),
        ("position", c_uint64),
        ("message", c_char * 232),
    ]


class Str(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("len", c_size_t)]

    def text(self) -> str:
        return ctypes.string_at(self.data, self.len).decode("utf-8") if self.len else ""


class ModelOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("load_mode", c_uint32),
        ("flags", c_uint32),
        ("isa", c_uint32),
        ("reserved0", c_uint32),
        ("max_bytes", c_uint64),
    ]


class ModelInfo(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("format_major", c_uint32),
        ("format_minor", c_uint32),
        ("architecture", c_uint32),
        ("storage", c_uint32),
        ("file_size", c_uint64),
        ("sha256", c_ubyte * 32),
        ("vocabulary", c_uint32),
        ("input", c_uint32),
        ("hidden", c_uint32),
        ("layers", c_uint32),
        ("tags", c_uint32),
        ("labels", c_uint32),
        ("reserved", c_uint32 * 2),
    ]


class ContextOptions(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("max_window_tokens", c_uint32),
        ("max_spans", c_uint32),
        ("invalid_text", c_uint32),
        ("min_score", c_float),
        ("label_mask", c_uint64),
        ("max_paths", c_uint32),
        ("reserved0", c_uint32),
    ]


class Result(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("spans", c_void_p),
        ("span_count", c_size_t),
        ("consumed", c_size_t),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


class Paths(Sized):
    _fields_ = [
        ("struct_size", c_size_t),
        ("paths", c_void_p),
        ("path_count", c_size_t),
        ("spans", c_void_p),
        ("span_count", c_size_t),
        ("start", c_uint32),
        ("end", c_uint32),
        ("flags", c_uint32),
        ("reserved", c_uint32),
    ]


# drugner_span for struct.iter_unpack: start, end, label, flags, score, concept_id, reserved.
SPAN = "=IIHHfI12x"
# drugner_path: first_span, span_count, probability, reserved.
PATH = "=IIf4x"

_MODEL_OUT = POINTER(c_void_p)
_SIGNATURES: dict[str, tuple[object, list[object]]] = {
    "drugner_abi_version": (c_uint32, []),
    "drugner_version_string": (c_char_p, []),
    "drugner_build_info": (c_char_p, []),
    "drugner_status_name": (c_char_p, [c_int32]),
    "drugner_status_message": (c_char_p, [c_int32]),
    "drugner_model_open_default": (c_int32, [POINTER(ModelOptions), _MODEL_OUT, POINTER(ErrorStruct)]),
    "drugner_model_open_file": (
        c_int32,
        [c_char_p, POINTER(ModelOptions), _MODEL_OUT, POINTER(ErrorStruct)],
    ),
    "drugner_model_open_memory": (
        c_int32,
        [c_char_p, c_size_t, c_void_p, c_void_p, POINTER(ModelOptions), _MODEL_OUT, POINTER(ErrorStruct)],
    ),
    "drugner_model_release": (None, [c_void_p]),
    "drugner_model_get_info": (c_int32, [c_void_p, POINTER(ModelInfo)]),
    "drugner_model_label_name": (c_int32, [c_void_p, c_uint32, POINTER(Str)]),
    "drugner_model_meta_get": (c_int32, [c_void_p, Str, POINTER(Str)]),
    "drugner_model_isa": (c_char_p, [c_void_p]),
    "drugner_model_selftest": (c_int32, [c_void_p, POINTER(ErrorStruct)]),
    "drugner_context_create": (
        c_int32,
        [c_void_p, POINTER(ContextOptions), _MODEL_OUT, POINTER(ErrorStruct)],
    ),
    "drugner_context_destroy": (None, [c_void_p]),
    "drugner_context_wipe": (c_int32, [c_void_p]),
    "drugner_context_reset": (c_int32, [c_void_p]),
    "drugner_context_last_error": (c_int32, [c_void_p, POINTER(ErrorStruct)]),
    # Text is bytes in both: c_char_p passes the address of their buffer, which is aligned for UTF-16.
    "drugner_find_utf8": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(Result)]),
    "drugner_find_utf16": (c_int32, [c_void_p, c_char_p, c_size_t, POINTER(Result)]),
    "drugner_nbest_utf8": (c_int32, [c_void_p, c_char_p, c_size_t, c_size_t, c_uint32, POINTER(Paths)]),
    "drugner_nbest_utf16": (c_int32, [c_void_p, c_char_p, c_size_t, c_size_t, c_uint32, POINTER(Paths)]),
}


def _load() -> ctypes.CDLL:
    name = {"darwin": "libdrugner.dylib", "win32": "drugner.dll"}.get(sys.platform, "libdrugner.so")
    path = Path(__file__).with_name(name)
    try:
        library = ctypes.CDLL(str(path))
    except OSError as error:
        machine = f"{sys.platform} {platform.machine()} {' '.join(platform.libc_ver())}".strip()
        hint = "is this wheel for this platform, and may files of this folder be executed (mount option noexec)?"
        raise ImportError(f"cannot load {path} on {machine}: {error}; {hint}") from error
    for function, (result, arguments) in _SIGNATURES.items():
        entry = getattr(library, function)
        entry.restype, entry.argtypes = result, arguments
    if library.drugner_abi_version() != ABI_VERSION:
        raise ImportError(f"{path} has ABI {library.drugner_abi_version()}, this package needs {ABI_VERSION}")
    return library


lib = _load()


def library_version() -> str:
    """Version of the library that runs, such as ``0.1.0``."""
    return str(lib.drugner_version_string().decode())


def build_info() -> str:
    """Version, processor, system, build profile and features in one line, for bug reports."""
    return str(lib.drugner_build_info().decode())
