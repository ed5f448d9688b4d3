"""Offsets, options, errors, life and death of the objects."""

import gc
import pickle
import weakref
from pathlib import Path

import drugner
import pytest

MODEL = Path(__file__).resolve().parents[3] / "models/default.drugner"
NOTE = "Patient takes warfarin 5 mg daily."


def found(text, mentions):
    return [text[m.start : m.end] for m in mentions]


@pytest.fixture
def recognizer():
    with drugner.Recognizer() as recognizer:
        yield recognizer


@pytest.mark.parametrize(
    "text",
    [
        NOTE,
        "Étude of 2 drugs: warfarin.",
        "\U0001f48a\U0001f469\U0001f3fd‍⚕️ takes warfarin, then \U0001f48a warfarin.",
        "\ud800 warfarin \udfff",
        # Two lone surrogates side by side are two code points of a str and one character of the text.
        "\ud83d\udc8a \U0001f48a warfarin",
        "nul \0 warfarin\r\nwarfarin",
    ],
)
def test_offsets_index_the_argument(recognizer, text):
    mentions = found(text, recognizer.find(text))
    assert mentions == ["warfarin"] * text.count("warfarin")
    data = text.encode("utf-8", "surrogatepass")
    assert found(data, recognizer.find(data)) == [b"warfarin"] * text.count("warfarin")


def test_flags_tell_what_happened(recognizer):
    plain = recognizer.find(NOTE)
    assert isinstance(plain, list) and not plain.invalid_text_seen and not plain.sentence_cut
    assert recognizer.find("\udc80 warfarin").invalid_text_seen
    assert recognizer.find(b"\xff warfarin").invalid_text_seen
    with drugner.Recognizer(max_window_tokens=16) as small:
        assert small.find("takes warfarin " * 20).sentence_cut


def test_options():
    with drugner.Recognizer(labels=["group"]) as groups:
        assert groups.find(NOTE) == [] and found("NSAIDs", groups.find("NSAIDs")) in ([], ["NSAIDs"])
    with drugner.Recognizer(min_score=1.0) as certain:
        assert all(mention.score == 1.0 for mention in certain.find(NOTE))
    for wrong, kind in [
        ({"labels": ["no such label"]}, ValueError),
        ({"labels": []}, ValueError),
        ({"labels": "drug"}, TypeError),
        ({"min_score": 2.0}, drugner.Error),
    ]:
        with pytest.raises(kind):
            drugner.Recognizer(**wrong)


def test_rejected_text_has_its_position_and_stays_secret():
    with drugner.Recognizer(reject_invalid=True) as strict:
        for text, position in [("abc\udc80 secret", 3), ("\U0001f48aabc\udc80 secret", 4), (b"abc\xff secret", 3)]:
            with pytest.raises(drugner.Error) as caught:
                strict.find(text)
            assert (caught.value.name, caught.value.position) == ("DRUGNER_E_INVALID_TEXT", position)
            assert "secret" not in str(caught.value)
            assert pickle.loads(pickle.dumps(caught.value)).position == position
        assert found(NOTE, strict.find(NOTE)) == ["warfarin"]


def test_other_types_are_refused(recognizer):
    for wrong in [None, 7, ["text"], bytearray(b"text")]:
        with pytest.raises(TypeError):
            recognizer.find(wrong)


def test_use_after_close(recognizer):
    recognizer.wipe()
    recognizer.close()
    recognizer.close()
    assert recognizer.closed
    for call in [lambda: recognizer.find(NOTE), lambda: recognizer.find_many([NOTE], threads=2), recognizer.wipe]:
        with pytest.raises(ValueError, match="closed"):
            call()


def test_models_close_in_any_order():
    model = drugner.Model.open(MODEL, copy=True)
    recognizer = drugner.Recognizer(model)
    model.close()
    model.close()
    assert found(NOTE, recognizer.find(NOTE)) == ["warfarin"]
    recognizer.close()
    for call in [model.selftest, lambda: model.meta("general.license"), lambda: drugner.Recognizer(model)]:
        with pytest.raises(ValueError, match="closed"):
            call()


def test_forgotten_objects_are_freed():
    recognizer = drugner.Recognizer(drugner.Model.from_bytes(MODEL.read_bytes()))
    watch = weakref.ref(recognizer), weakref.ref(recognizer._model)
    destroy, release = recognizer._destroy, recognizer._model._release
    del recognizer
    gc.collect()
    assert watch[0]() is None and watch[1]() is None and not destroy.alive and not release.alive


def test_models_describe_themselves():
    with drugner.Model.open(str(MODEL)) as model:
        assert model.labels == ("drug", "brand", "group", "drug_n")
        assert model.sha256 == drugner.Model.default().sha256 and len(model.sha256) == 64
        assert model.isa in ("scalar", "avx2", "avx512", "neon")
        assert model.meta("general.license") and model.meta("no.such.key") is None
        model.selftest()
    with pytest.raises(TypeError):
        drugner.Model()


def test_models_that_are_none(tmp_path):
    damaged = tmp_path / "damaged.drugner"
    damaged.write_bytes(MODEL.read_bytes()[:-1])
    for call, name in [
        (lambda: drugner.Model.open(tmp_path / "missing"), "DRUGNER_E_NOT_FOUND"),
        (lambda: drugner.Model.open(damaged), "DRUGNER_E_TRUNCATED"),
        (lambda: drugner.Model.from_bytes(b"no model"), None),
    ]:
        with pytest.raises(drugner.Error) as caught:
            call()
        assert name in (None, caught.value.name)
    with pytest.raises(ValueError):
        drugner.Model.open("a\0b")
    with pytest.raises(TypeError):
        drugner.Model.from_bytes("text")


def test_version():
    from importlib.metadata import version

    assert drugner.__version__ == drugner.library_version() == version("drugner")
    assert drugner.__version__ in drugner.build_info()
