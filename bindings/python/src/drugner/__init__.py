"""Drug-name recognition for clinical software.

>>> import drugner
>>> text = "Patient takes warfarin 5 mg daily."
>>> with drugner.Recognizer() as recognizer:
...     [(text[m.start:m.end], m.label) for m in recognizer.find(text)]
[('warfarin', 'drug')]

A mention is a candidate for people to review, not a statement that a patient takes a drug.
"""

from ._error import Error
from ._library import build_info, library_version
from ._model import Model
from ._recognizer import Answer, Answers, Mention, Mentions, Recognizer

__all__ = [
    "Answer",
    "Answers",
    "Error",
    "Mention",
    "Mentions",
    "Model",
    "Recognizer",
    "build_info",
    "library_version",
]
__version__ = library_version()
