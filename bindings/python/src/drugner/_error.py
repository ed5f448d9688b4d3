"""The exception of the package."""

from __future__ import annotations

from typing import Optional

from ._library import NO_POSITION, OK, ErrorStruct, lib


class Error(Exception):
    """A call into the library failed. The message never holds any of the text."""

    def __init__(self, message: str, status: int, position: Optional[int] = None, os_error: int = 0) -> None:
        super().__init__(message)
        self.status = status
        """A ``DRUGNER_E_*`` code."""
        self.position = position
        """Byte of the model file, or index into the text, or None."""
        self.os_error = os_error
        """errno of a failed system call, 0 if none."""

    @property
    def name(self) -> str:
        """Name of the code, such as ``DRUGNER_E_IO``."""
        return str(lib.drugner_status_name(self.status).decode())

    def __reduce__(self) -> tuple[object, ...]:
        return Error, (str(self), self.status, self.position, self.os_error)


def check(status: int, error: Optional[ErrorStruct] = None) -> None:
    """Raises unless ``status`` is OK."""
    if status == OK:
        return
    if error is None or error.status != status:
        raise Error(lib.drugner_status_message(status).decode(), status)
    position = None if error.position == NO_POSITION else int(error.position)
    raise Error(error.message.decode("utf-8", "replace"), status, position, error.os_error)
