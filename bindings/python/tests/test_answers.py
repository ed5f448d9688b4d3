"""The best answers to one sentence."""

import drugner
import pytest

TEXT = "No drugs \U0001f6ab here. Takes aspirin and \U0001f48a warfarin. Done."


@pytest.fixture(scope="module")
def recognizer():
    with drugner.Recognizer(max_paths=8) as recognizer:
        yield recognizer


@pytest.mark.parametrize("text", [TEXT, TEXT.encode(), TEXT.encode("ascii", "ignore").decode(), "\ud800 " + TEXT])
def test_first_answers_are_what_find_finds(recognizer, text):
    best, at = [], 0
    while at < len(text):
        answers = recognizer.nbest(text, at)
        assert at < answers.end <= len(text) and len(answers) <= 8
        assert sum(answer.probability for answer in answers) < 1.001
        assert answers == sorted(answers, key=lambda answer: -answer.probability)
        for answer in answers:
            assert all(answers.start <= m.start < m.end <= answers.end for m in answer.mentions)
        best += answers[0].mentions if answers else []
        at = answers.end
    assert best == recognizer.find(text)
    assert recognizer.nbest(text, len(text)) == []


def test_a_sentence_by_the_start_of_its_mention(recognizer):
    answers = recognizer.nbest(TEXT, TEXT.index("warfarin"))
    assert TEXT[answers.start :].startswith("Takes") and len(answers) == 8
    assert [TEXT[m.start : m.end] for m in answers[0].mentions] == ["aspirin", "warfarin"]
    assert len({tuple((m.start, m.end, m.label) for m in answer.mentions) for answer in answers}) == 8
    assert len(recognizer.nbest(TEXT, most=1)) == 1
    assert recognizer.nbest("\ud800 aspirin").invalid_text_seen and not answers.invalid_text_seen


def test_refusals(recognizer):
    for at in (-1, len(TEXT) + 1):
        with pytest.raises(IndexError):
            recognizer.nbest(TEXT, at)
    for most in (0, 9):
        with pytest.raises(drugner.Error, match="max_paths"):
            recognizer.nbest(TEXT, most=most)
    with pytest.raises(ValueError):
        recognizer.nbest(TEXT, most=-1)
    with pytest.raises(TypeError):
        recognizer.nbest(None)
    with drugner.Recognizer() as without, pytest.raises(drugner.Error):
        without.nbest(TEXT)
    with drugner.Recognizer(max_paths=1) as closed:
        closed.close()
        with pytest.raises(ValueError, match="closed"):
            closed.nbest(TEXT)
