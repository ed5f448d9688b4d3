"""This library beside BERT-base int8 in onnxruntime, in tokens per second, in interleaved rounds on one pinned core.

    bert.py DRUGNER [--rounds 5] [--core 0] [--corpus ddi2013.zip] [--pieces 32 128]

DRUGNER is the command-line program. BERT has random weights, which take the same time as trained ones, and no layer on top; one
sequence of --pieces word pieces is one call. This library reads the DDI-2013 test sentences and the example notes, without --corpus
the notes alone, with its built-in model and with that model's int8 form. Times are processor times. Prints a Markdown table.

Tokens are not word pieces. A token of this library is a run of letters, a run of digits or one other symbol; BERT cuts many of them
into several pieces and seldom joins two in one (`20th`). So the ratios are, if anything, too low for the same text.
"""

import argparse
import json
import logging
import os
import statistics
import subprocess
import tempfile
import time
import warnings
from pathlib import Path

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("drugner", type=Path)
arguments.add_argument("--rounds", type=int, default=5)
arguments.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)))
arguments.add_argument("--corpus", type=Path)
arguments.add_argument("--pieces", type=int, nargs="+", default=[32, 128])
arguments = arguments.parse_args()
os.sched_setaffinity(0, {arguments.core})
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np
import onnx
import onnxruntime as ort
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic

logging.disable(logging.WARNING)
warnings.simplefilter("ignore")
torch.set_num_threads(1)
BLOCK_SECONDS = 0.5


class LastLayer(torch.nn.Module):
    """ids [1][pieces] -> states [1][pieces][768]"""

    def __init__(self, bert):
        super().__init__()
        self.bert = bert

    def forward(self, ids):
        return self.bert(input_ids=ids).last_hidden_state


def export_bert(folder):
    """Path of BERT-base in ONNX, its matrix products with int8 weights, for any number of pieces."""
    config = transformers.BertConfig(attn_implementation="eager")
    bert = LastLayer(transformers.BertModel(config, add_pooling_layer=False)).eval()
    f32, int8 = folder / "bert.onnx", folder / "bert-int8.onnx"
    axes = {"ids": {1: "pieces"}, "states": {1: "pieces"}}
    torch.onnx.export(
        bert, (torch.zeros((1, 32), dtype=torch.int64),), f32, dynamo=False, opset_version=17,
        input_names=["ids"], output_names=["states"], dynamic_axes=axes,
    )
    quantize_dynamic(f32, int8, weight_type=QuantType.QInt8)
    products = sum(node.op_type == "MatMulInteger" for node in onnx.load(int8).graph.node)
    assert products >= 72, f"only {products} products are int8"
    return int8


class Bert:
    def __init__(self, session, pieces):
        self.session = session
        self.pieces = pieces
        self.ids = np.random.default_rng(7).integers(0, 30_000, (1, pieces), np.int64)
        self.calls = max(3, int(BLOCK_SECONDS / self.seconds(2) * 2))

    def seconds(self, calls):
        start = time.thread_time()
        for _ in range(calls):
            self.session.run(None, {"ids": self.ids})
        return time.thread_time() - start

    def tokens_per_second(self):
        return self.pieces * self.calls / self.seconds(self.calls)


class Drugner:
    """`drugner bench` with the best instruction set of this machine."""

    def __init__(self, *model):
        self.command = [arguments.drugner, "bench", *model, "--rounds", "1", "--scaling-rounds", "0", "--json", "-"]
        if arguments.corpus:
            self.command += ["--corpus", arguments.corpus]
        self.isa = self.bench()["isa"]
        self.command += ["--isa", self.isa]

    def bench(self):
        return json.loads(subprocess.run(self.command, stdout=subprocess.PIPE, check=True).stdout)

    def tokens_per_second(self):
        return self.bench()["tokens_per_second"]


with tempfile.TemporaryDirectory() as folder:
    folder = Path(folder)
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(export_bert(folder), options, providers=["CPUExecutionProvider"])
    int8 = folder / "int8.drugner"
    subprocess.run([arguments.drugner, "quantise", "built-in", "--out", int8], stdout=subprocess.DEVNULL, check=True)

    ours = {"fp16": Drugner(), "int8": Drugner("--model", int8)}
    peers = {pieces: Bert(session, pieces) for pieces in arguments.pieces}
    rates = {engine: [] for engine in [*ours.values(), *peers.values()]}
    for _ in range(arguments.rounds):
        for engine, rate in rates.items():
            rate.append(engine.tokens_per_second())
rate = {engine: statistics.median(values) for engine, values in rates.items()}

isa = ours["fp16"].isa
print(f"onnxruntime {ort.__version__}, BERT-base int8; this library with {isa}; per second of processor time, median of {arguments.rounds} rounds\n")
head = ["word pieces of a sequence", "BERT, word pieces/s", *(f"{name}, tokens/s" for name in ours), *(f"{name} / BERT" for name in ours)]
print("| " + " | ".join(head) + " |\n|" + "---:|" * len(head))
for pieces, bert in peers.items():
    row = [f"{pieces}", f"{rate[bert]:,.0f}", *(f"{rate[engine]:,.0f}" for engine in ours.values())]
    row += [f"{rate[engine] / rate[bert]:.1f}" for engine in ours.values()]
    print("| " + " | ".join(row) + " |")
