"""Models: opened once, shared by every thread."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from ctypes import byref, c_char_p, c_void_p, cast
from types import TracebackType
from typing import Optional, Union

from ._error import check
from ._library import LOAD_AUTO, LOAD_COPY, ErrorStruct, ModelInfo, ModelOptions, Str, lib

NOT_FOUND = -21


class Model:
    """A model. Immutable; any number of threads and recognizers share one.

    ``Model.default()`` is the model inside the package, ``Model.open(path)`` reads a file.
    """

    _lock: threading.Lock
    _handle: c_void_p
    _release: weakref.finalize[..., Model]
    _info: ModelInfo
    _labels: tuple[str, ...]

    def __init__(self) -> None:
        raise TypeError("use Model.default(), Model.open(path) or Model.from_bytes(data)")

    @classmethod
    def default(cls) -> Model:
        """Opens the model that is part of the package."""
        return cls._open(lib.drugner_model_open_default, LOAD_AUTO)

    @classmethod
    def open(cls, path: Union[str, os.PathLike[str]], *, copy: bool = False) -> Model:
        """Opens a model file.

        Large files are mapped; ``copy=True`` reads them into memory, for network shares and files that are replaced in
        place.
        """
        name = os.fsencode(path)
        if b"\0" in name:
            raise ValueError("the path contains a NUL")

        def open_file(options: object, out: object, error: object) -> int:
            return int(lib.drugner_model_open_file(name, options, out, error))

        return cls._open(open_file, LOAD_COPY if copy else LOAD_AUTO)

    @classmethod
    def from_bytes(cls, data: bytes) -> Model:
        """Opens a copy of the bytes of a model file."""
        if not isinstance(data, bytes):
            raise TypeError(f"data must be bytes, not {type(data).__name__}")

        def open_memory(options: object, out: object, error: object) -> int:
            return int(lib.drugner_model_open_memory(data, len(data), None, None, options, out, error))

        return cls._open(open_memory, LOAD_AUTO)

    @classmethod
    def _open(cls, function: Callable[..., int], load_mode: int) -> Model:
        handle, error, options = c_void_p(), ErrorStruct(), ModelOptions(load_mode=load_mode)
        check(function(byref(options), byref(handle), byref(error)), error)
        self = object.__new__(cls)
        self._lock = threading.Lock()
        self._handle = handle
        self._release = weakref.finalize(self, lib.drugner_model_release, handle)
        # The system frees everything at exit, when threads may still use it.
        self._release.atexit = False
        self._info = ModelInfo()
        check(lib.drugner_model_get_info(handle, byref(self._info)))
        self._labels = tuple(self._label(number) for number in range(self._info.labels))
        return self

    def _label(self, number: int) -> str:
        name = Str()
        check(lib.drugner_model_label_name(self._handle, number, byref(name)))
        return name.text()

    def _open_handle(self) -> c_void_p:
        """The handle; only while the lock is held."""
        if not self._release.alive:
            raise ValueError("the model is closed")
        return self._handle

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of the labels, such as ``("drug", "brand", "group", "drug_n")``."""
        return self._labels

    @property
    def sha256(self) -> str:
        """Identity of the model in hexadecimal, for audit trails."""
        return bytes(self._info.sha256).hex()

    @property
    def isa(self) -> str:
        """Instruction set in use: ``avx512``, ``avx2``, ``neon`` or ``scalar``. Results do not depend on it."""
        with self._lock:
            return str(lib.drugner_model_isa(self._open_handle()).decode())

    def meta(self, key: str) -> Optional[str]:
        """Value of a metadata key such as ``general.license``; None if there is none."""
        name, value = key.encode("utf-8"), Str()
        with self._lock:
            asked = Str(cast(c_char_p(name), c_void_p), len(name))
            status = lib.drugner_model_meta_get(self._open_handle(), asked, byref(value))
            if status == NOT_FOUND:
                return None
            check(status)
            return value.text()

    def selftest(self) -> None:
        """Computes the test texts of the model file and compares the results bit by bit; raises if one differs."""
        error = ErrorStruct()
        with self._lock:
            check(lib.drugner_model_selftest(self._open_handle(), byref(error)), error)

    @property
    def closed(self) -> bool:
        return not self._release.alive

    def close(self) -> None:
        """Gives the memory back once the last recognizer of this model is closed, too. A second call does nothing."""
        with self._lock:
            self._release()

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()


_default: Optional[Model] = None
_default_lock = threading.Lock()


def shared_default() -> Model:
    """The default model, opened once in a process."""
    global _default
    with _default_lock:
        if _default is None or _default.closed:
            _default = Model.default()
        return _default
