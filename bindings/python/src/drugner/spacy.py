"""drugner as a component of spaCy: ``nlp.add_pipe("drugner")``.

The exact mentions are in ``doc._.drugner``. For the rest of a pipeline they are also in ``doc.spans["drugner"]``, widened
to whole tokens, with the scores in ``doc.spans["drugner"].attrs["scores"]``, and, where they do not overlap what is
already there, in ``doc.ents``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Optional

from spacy.language import Language
from spacy.tokens import Doc, SpanGroup
from spacy.util import filter_spans

from ._model import Model
from ._recognizer import Mention, Recognizer

KEY = "drugner"


def _mentions(doc: Doc) -> list[Mention]:
    return [Mention(*fields) for fields in doc.user_data.get(KEY, [])]


Doc.set_extension(KEY, getter=_mentions, force=True)


class Component:
    """The callable that spaCy runs for every document."""

    def __init__(self, model_path: Optional[str], min_score: float, spans_key: str, set_ents: bool) -> None:
        self._arguments = (model_path, min_score, spans_key, set_ents)
        self._spans_key, self._set_ents = spans_key, set_ents
        model = None if model_path is None else Model.open(model_path)
        self._recognizer = Recognizer(model, min_score=min_score)

    def __call__(self, doc: Doc) -> Doc:
        mentions = self._recognizer.find(doc.text)
        # Plain lists are what spaCy stores and sends between processes.
        doc.user_data[KEY] = [list(mention) for mention in mentions]
        spans, scores = [], []
        for mention in mentions:
            span = doc.char_span(mention.start, mention.end, label=mention.label, alignment_mode="expand")
            if span is not None:
                spans.append(span)
                scores.append(mention.score)
        group = SpanGroup(doc, name=self._spans_key, spans=spans)
        group.attrs["scores"] = scores
        doc.spans[self._spans_key] = group
        if self._set_ents:
            # filter_spans prefers longer spans: what earlier components found is taken out first.
            taken = {token.i for entity in doc.ents for token in entity}
            free = [span for span in spans if taken.isdisjoint(range(span.start, span.end))]
            doc.set_ents([*doc.ents, *filter_spans(free)])
        return doc

    def __reduce__(self) -> tuple[Callable[..., Component], tuple[object, ...]]:
        # Pipelines are pickled for other processes; the model is opened there anew.
        return Component, self._arguments


@Language.factory(
    "drugner",
    assigns=["doc._.drugner", "doc.spans", "doc.ents"],
    default_config={"model_path": None, "min_score": 0.0, "spans_key": "drugner", "set_ents": True},
)
def create(
    nlp: Language, name: str, model_path: Optional[str], min_score: float, spans_key: str, set_ents: bool
) -> Component:
    """Makes the component; the parameters are its configuration."""
    return Component(model_path, min_score, spans_key, set_ents)
