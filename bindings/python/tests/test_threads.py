"""Threads: one recognizer each, one for all, and closing at any time."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import drugner
import pytest

TEXTS = ["Stop warfarin.", "\U0001f48a ibuprofen daily", "No drug here.", "warfarin, ibuprofen and heparin"] * 8


def expected():
    with drugner.Recognizer() as recognizer:
        return [recognizer.find(text) for text in TEXTS]


def test_many_texts_on_many_threads_come_in_order():
    one = drugner.Recognizer(min_score=0.5, labels=["drug", "brand"])
    assert one.find_many(TEXTS, threads=4) == one.find_many(TEXTS) == [one.find(text) for text in TEXTS]
    assert any(one.find_many(TEXTS))
    with pytest.raises(TypeError):
        one.find_many([*TEXTS, None], threads=4)


def test_threads_with_one_recognizer_each_share_the_model():
    right = expected()

    def work(_):
        with drugner.Recognizer() as recognizer:
            return [recognizer.find(text) for text in TEXTS]

    with ThreadPoolExecutor(4) as executor:
        assert list(executor.map(work, range(8))) == [right] * 8


def test_threads_that_share_a_recognizer_wait_for_each_other():
    right = dict(zip(TEXTS, expected()))
    with drugner.Recognizer() as shared, ThreadPoolExecutor(4) as executor:
        for text, mentions in zip(TEXTS * 10, executor.map(shared.find, TEXTS * 10)):
            assert mentions == right[text]


def test_close_while_others_find():
    right = dict(zip(TEXTS, expected()))
    for _ in range(20):
        recognizer = drugner.Recognizer()

        def work():
            try:
                while True:
                    text = random.choice(TEXTS)
                    assert recognizer.find(text) == right[text]
            except ValueError:
                return True

        with ThreadPoolExecutor(3) as executor:
            running = [executor.submit(work) for _ in range(3)]
            time.sleep(random.random() / 100)
            recognizer.close()
            assert all(future.result() for future in running)


def test_other_threads_run_during_a_call():
    note = "Patient takes warfarin daily. " * 2_000
    ticks, done = [], threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    with drugner.Recognizer() as recognizer:
        thread = threading.Thread(target=tick)
        thread.start()
        begin = time.perf_counter()
        recognizer.find(note)
        end = time.perf_counter()
        done.set()
        thread.join()
    assert sum(begin < at < end for at in ticks) > 10
