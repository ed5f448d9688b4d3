"""The component in a real spaCy pipeline."""

import pickle

import drugner
import pytest
import spacy

TEXT = "Ältere Patientin \U0001f48a takes warfarin/heparin and 5mg ibuprofen. Stop NSAIDs."


@pytest.fixture
def expected():
    with drugner.Recognizer() as recognizer:
        mentions = recognizer.find(TEXT)
    assert len(mentions) >= 3
    return mentions


def test_the_component_finds_the_same_mentions(expected):
    nlp = spacy.blank("en")
    nlp.add_pipe("drugner")
    doc = nlp(TEXT)
    assert doc._.drugner == list(expected)
    assert nlp.make_doc(TEXT)._.drugner == []
    group = doc.spans["drugner"]
    assert [span.label_ for span in group] == [mention.label for mention in expected]
    assert group.attrs["scores"] == [mention.score for mention in expected]
    for span, mention in zip(group, expected):
        assert span.start_char <= mention.start and mention.end <= span.end_char
    assert {entity.text for entity in doc.ents} >= {"ibuprofen"}


def test_entities_of_others_stay(expected):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "MINE", "pattern": "ibuprofen"}])
    nlp.add_pipe("drugner", config={"spans_key": "drugs"})
    doc = nlp(TEXT)
    assert [entity.text for entity in doc.ents if entity.label_ == "MINE"] == ["ibuprofen"]
    assert len(doc.spans["drugs"]) == len(expected) and len(doc.ents) > 1
    without = spacy.blank("en")
    without.add_pipe("drugner", config={"set_ents": False, "min_score": 1.0})
    assert without(TEXT).ents == ()


def test_pipelines_are_saved_pickled_and_run_in_processes(tmp_path, expected):
    nlp = spacy.blank("en")
    nlp.add_pipe("drugner")
    nlp.to_disk(tmp_path)
    for copy in (spacy.load(tmp_path), pickle.loads(pickle.dumps(nlp))):
        assert copy(TEXT)._.drugner == list(expected)
    for doc in nlp.pipe([TEXT] * 4, n_process=2, batch_size=2):
        assert doc._.drugner == list(expected)
        assert doc.spans["drugner"].attrs["scores"] == [mention.score for mention in expected]
