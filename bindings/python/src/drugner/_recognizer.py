"""From a text to its mentions."""

from __future__ import annotations

import queue
import re
import sys
import threading
import weakref
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from ctypes import byref, c_void_p, string_at
from struct import calcsize, iter_unpack
from types import TracebackType
from typing import Any, NamedTuple, Optional, Union

from . import _library as library
from ._error import Error, check
from ._library import ContextOptions, ErrorStruct, Paths, Result, lib
from ._model import Model, shared_default

LONGEST_TEXT = 2**31 - 1
# Characters that UTF-16 writes as two units.
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_NATIVE_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


class Mention(NamedTuple):
    """One mention of a drug: ``text[start:end]`` is what was found."""

    start: int
    end: int
    label: str
    score: float
    """Probability of exactly this span with this label, 0 to 1."""
    abbreviation: bool = False
    """An abbreviation that the text introduced behind a mention, as in ``ginseng saponin (GSP)``; label and score are
    those of the long form."""


class Mentions(list[Mention]):
    """The mentions of one text, sorted, not overlapping, and what there is to know about the text."""

    invalid_text_seen = False
    """The text is not valid Unicode (a lone surrogate, or malformed UTF-8 in bytes)."""
    sentence_cut = False
    """A sentence was longer than max_window_tokens and was cut."""


class Answer(NamedTuple):
    """One answer to a sentence: all its mentions together."""

    probability: float
    """Probability of exactly this answer under the network, 0 to 1, not calibrated."""
    mentions: list[Mention]
    """Sorted, not overlapping. The score of each is that of the mention alone, as ``find`` gives it."""


class Answers(list[Answer]):
    """The best answers to one sentence, the most probable first; empty only behind the last sentence."""

    start = 0
    """Where the sentence begins; the length of the text behind the last sentence."""
    end = 0
    """Where it ends: pass it as ``at`` for the next sentence."""
    invalid_text_seen = False
    """The text up to ``end`` is not valid Unicode."""
    sentence_cut = False
    """This is a part of a sentence that is longer than max_window_tokens."""


class _Encoded(NamedTuple):
    """A text as the library reads it."""

    data: bytes
    unit: int
    """Bytes per unit: 1 is UTF-8, 2 is UTF-16."""
    offset: Callable[[int], int]
    """From units to offsets in the text."""

    @property
    def units(self) -> int:
        return len(self.data) // self.unit


class Recognizer:
    """Finds mentions with one model.

    Calls on one recognizer wait for each other. Threads that shall run at the same time have one each; the library
    works without the interpreter lock.

    ``labels`` keeps only mentions of these labels, ``min_score`` only those at least that probable.
    ``reject_invalid`` makes text that is not valid Unicode an error instead of replacing the malformed parts for the
    network. ``max_paths``, at most 8, makes room for that many answers of ``nbest``.
    """

    def __init__(
        self,
        model: Optional[Model] = None,
        *,
        labels: Optional[Iterable[str]] = None,
        min_score: float = 0.0,
        max_window_tokens: int = 0,
        reject_invalid: bool = False,
        max_paths: int = 0,
    ) -> None:
        model = shared_default() if model is None else model
        self._names = model.labels
        self._options = ContextOptions(
            max_window_tokens=max_window_tokens,
            invalid_text=library.INVALID_REJECT if reject_invalid else library.INVALID_REPLACE,
            min_score=min_score,
            label_mask=_mask(model, labels),
            max_paths=max_paths,
        )
        self._model = model
        self._lock = threading.Lock()
        self._handle = c_void_p()
        error = ErrorStruct()
        with model._lock:
            status = lib.drugner_context_create(
                model._open_handle(), byref(self._options), byref(self._handle), byref(error)
            )
        check(status, error)
        self._destroy = weakref.finalize(self, lib.drugner_context_destroy, self._handle)
        # The system frees everything at exit, when threads may still use it.
        self._destroy.atexit = False

    def find(self, text: Union[str, bytes]) -> Mentions:
        """The mentions of a text. Offsets index the argument: code points of a str, bytes of (UTF-8) bytes."""
        return self._run(_encode(text))

    def nbest(self, text: Union[str, bytes], at: int = 0, most: Optional[int] = None) -> Answers:
        """The up to ``most`` best answers to one sentence, for people who review; ``max_paths`` of them unless told.

        The sentence is the first one that ends behind ``at``: 0 for the first of the text, ``end`` of the answers for
        the next, the start of a mention for its own. The first answer has the mentions that ``find`` finds there, but as
        the network alone finds them: without abbreviations that the text introduced, and brackets are not completed.
        ``labels`` and ``min_score`` leave none out. Needs a recognizer with ``max_paths``.
        """
        encoded = _encode(text)
        if not 0 <= at <= len(text):
            raise IndexError("at lies outside the text")
        most = int(self._options.max_paths) if most is None else most
        if not 0 <= most < 2**32:
            raise ValueError("most must be 1 to max_paths")
        unit_at = at + len(_ASTRAL.findall(text, 0, at)) if isinstance(text, str) else at
        function = lib.drugner_nbest_utf8 if encoded.unit == 1 else lib.drugner_nbest_utf16
        answers, result = Answers(), Paths()
        with self._open() as handle:
            status = function(handle, encoded.data, encoded.units, unit_at, most, byref(result))
            if status != library.OK:
                self._fail(status, 0, encoded.offset)
            mentions = list(self._mentions(result, 0, encoded.offset))
            for first, count, probability in _structs(library.PATH, result.paths, result.path_count):
                answers.append(Answer(probability, mentions[first : first + count]))
        answers.start, answers.end = encoded.offset(result.start), encoded.offset(result.end)
        answers.invalid_text_seen = bool(result.flags & library.INVALID_TEXT_SEEN)
        answers.sentence_cut = bool(result.flags & library.SENTENCE_CUT)
        return answers

    def find_many(self, texts: Iterable[Union[str, bytes]], *, threads: int = 1) -> list[Mentions]:
        """``find`` for every text, in their order; with ``threads`` > 1 on as many threads at once."""
        if threads <= 1:
            return [self.find(text) for text in texts]
        pool: queue.SimpleQueue[Recognizer] = queue.SimpleQueue()
        twins = [self._twin() for _ in range(threads)]
        for twin in twins:
            pool.put(twin)

        def find(text: Union[str, bytes]) -> Mentions:
            recognizer = pool.get()
            try:
                return recognizer.find(text)
            finally:
                pool.put(recognizer)

        try:
            with ThreadPoolExecutor(threads, thread_name_prefix="drugner") as executor:
                return list(executor.map(find, texts))
        finally:
            for twin in twins:
                twin.close()

    def _twin(self) -> Recognizer:
        if self.closed:
            raise ValueError("the recognizer is closed")
        options = self._options
        return Recognizer(
            self._model,
            labels=[name for bit, name in enumerate(self._names) if options.label_mask >> bit & 1] or None,
            min_score=options.min_score,
            max_window_tokens=options.max_window_tokens,
            reject_invalid=options.invalid_text == library.INVALID_REJECT,
        )

    @contextmanager
    def _open(self) -> Iterator[c_void_p]:
        """The handle under the lock. Results lie in memory of the context: copy them before the lock is gone."""
        with self._lock:
            if not self._destroy.alive:
                raise ValueError("the recognizer is closed")
            yield self._handle

    def _mentions(
        self, result: Union[Result, Paths], base: int, index: Callable[[int], int]
    ) -> Iterator[Mention]:
        for start, end, label, flags, score, _ in _structs(library.SPAN, result.spans, result.span_count):
            abbreviation = bool(flags & library.SPAN_ABBREVIATION)
            yield Mention(index(base + start), index(base + end), self._names[label], score, abbreviation)

    def _run(self, text: _Encoded) -> Mentions:
        """Calls a find function until the text is done and copies what it finds."""
        function = lib.drugner_find_utf8 if text.unit == 1 else lib.drugner_find_utf16
        data, mentions, base, result = text.data, Mentions(), 0, Result()
        with self._open() as handle:
            while True:
                status = function(handle, data, len(data) // text.unit, byref(result))
                if status not in (library.OK, library.SPAN_LIMIT):
                    self._fail(status, base, text.offset)
                mentions.extend(self._mentions(result, base, text.offset))
                if result.flags & library.INVALID_TEXT_SEEN:
                    mentions.invalid_text_seen = True
                if result.flags & library.SENTENCE_CUT:
                    mentions.sentence_cut = True
                if status == library.OK:
                    return mentions
                base += result.consumed
                data = data[result.consumed * text.unit :]

    def _fail(self, status: int, base: int, index: Callable[[int], int]) -> None:
        error = ErrorStruct()
        lib.drugner_context_last_error(self._handle, byref(error))
        if error.position != library.NO_POSITION:
            error.position = index(base + error.position)
        if status == library.INTERNAL:
            # A caught defect poisons the context; the next text shall find a working one.
            lib.drugner_context_reset(self._handle)
        check(status, error)

    def wipe(self) -> None:
        """Overwrites the traces of earlier texts in the library's memory."""
        with self._open() as handle:
            check(lib.drugner_context_wipe(handle))

    @property
    def closed(self) -> bool:
        return not self._destroy.alive

    def close(self) -> None:
        """Wipes and frees the memory; waits for a running call. A second call does nothing."""
        with self._lock:
            self._destroy()

    def __enter__(self) -> Recognizer:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        value: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()


def _mask(model: Model, labels: Optional[Iterable[str]]) -> int:
    if labels is None:
        return 0
    if isinstance(labels, str):
        raise TypeError("labels must be a list of names, not a str")
    mask = 0
    for name in labels:
        if name not in model.labels:
            raise ValueError(f"the model has no label {name!r}; it has {', '.join(model.labels)}")
        mask |= 1 << model.labels.index(name)
    if mask == 0:
        raise ValueError("labels is empty: nothing would be found")
    return mask


def _encode(text: Union[str, bytes]) -> _Encoded:
    if isinstance(text, bytes):
        encoded = _Encoded(text, 1, int)
    elif not isinstance(text, str):
        raise TypeError(f"text must be str or bytes, not {type(text).__name__}")
    elif text.isascii():
        encoded = _Encoded(text.encode("ascii"), 1, int)
    else:
        # UTF-16 keeps lone surrogates, and its offsets are those of the str up to the first astral character.
        units = text.encode(_NATIVE_UTF16, "surrogatepass")
        encoded = _Encoded(units, 2, int if len(units) // 2 == len(text) else _code_point_index(text))
    if encoded.units > LONGEST_TEXT:
        raise Error("the text is longer than 2147483647 units", library.TEXT_TOO_LONG)
    return encoded


def _structs(layout: str, address: Optional[int], count: int) -> Iterator[tuple[Any, ...]]:
    """The ``count`` structs at an address, copied."""
    return iter_unpack(layout, string_at(address or 0, count * calcsize(layout)) if count else b"")


def _code_point_index(text: str) -> Callable[[int], int]:
    """A function from offsets in UTF-16 units to offsets in code points of ``text``."""
    # The i-th astral character at code point p begins at unit p + i.
    starts = [match.start() + i for i, match in enumerate(_ASTRAL.finditer(text))]
    return lambda unit: unit - bisect_left(starts, unit)
