"""One BiLSTM layer here, in onnxruntime and in PyTorch, from the same weights, in interleaved rounds on one pinned core.

    compare.py LAYER [--rounds 11] [--core 0] [--hidden 64 128 256] [--batch 1 16]
                     [--isa avx512 avx2 avx512-int8 avx2-int8]

LAYER is the program of layer.rs; README.md says how to build it. Int8 is compared with int8, fp16 with f32. `limit` is the time of the
multiply-adds alone in f32, at batch 1 with fp16 weights widened for the recurrence (on x86-64). Times are processor times, so that other
programs disturb less. Prints a Markdown table.
"""

import argparse
import logging
import os
import platform
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("layer", type=Path)
arguments.add_argument("--rounds", type=int, default=11)
arguments.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)))
arguments.add_argument("--hidden", type=int, nargs="+", default=[64, 128, 256])
arguments.add_argument("--batch", type=int, nargs="+", default=[1, 16])
arguments.add_argument("--isa", nargs="+", default=["avx512", "avx2", "avx512-int8", "avx2-int8"])
arguments = arguments.parse_args()
os.sched_setaffinity(0, {arguments.core})
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

logging.disable(logging.WARNING)
torch.set_num_threads(1)
INPUT, STEPS = 128, 32
BLOCK_SECONDS = 0.025
TOLERANCE, TOLERANCE_INT8 = 1e-3, 3e-2
# limit.rs has the products of x86-64 only.
limits = ["limit"] if platform.machine() == "x86_64" else []


def session(model):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])


class Onnxruntime:
    """A model with input x and output y, called with both bound: no copy, but the way through Python."""

    def __init__(self, model, x, y_shape):
        self.session = session(model)
        self.binding = self.session.io_binding()
        self.x = ort.OrtValue.ortvalue_from_numpy(x)
        self.y = ort.OrtValue.ortvalue_from_numpy(np.zeros(y_shape, np.float32))
        self.binding.bind_ortvalue_input("x", self.x)
        self.binding.bind_ortvalue_output("y", self.y)

    def seconds(self, calls):
        start = time.thread_time()
        for _ in range(calls):
            self.session.run_with_iobinding(self.binding)
        return time.thread_time() - start

    def output(self):
        self.seconds(1)
        return self.y.numpy().transpose(2, 0, 1, 3)


class Torch:
    """A PyTorch module, called in inference mode."""

    def __init__(self, module, x):
        self.module, self.x = module.eval(), torch.from_numpy(x)

    def seconds(self, calls):
        with torch.inference_mode():
            start = time.thread_time()
            for _ in range(calls):
                self.module(self.x)
            return time.thread_time() - start

    def output(self):
        with torch.inference_mode():
            y, _ = self.module(self.x)
        return y.numpy().transpose(1, 0, 2)


def torch_lstm(directions, hidden):
    lstm = torch.nn.LSTM(INPUT, hidden, bidirectional=True)
    for (wx, wh, b), suffix in zip(directions, ("", "_reverse")):
        names = {"weight_ih_l0": wx, "weight_hh_l0": wh, "bias_ih_l0": b, "bias_hh_l0": np.zeros_like(b)}
        for name, values in names.items():
            getattr(lstm, name + suffix).data.copy_(torch.from_numpy(values))
    return lstm


class Layer:
    """The program of layer.rs as a child process."""

    def __init__(self, file, isa):
        self.file = file
        self.child = subprocess.Popen(
            [arguments.layer, file, *isa.split("-")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        # The processor-time clock of a process, as clock_getcpuclockid(3) forms it on Linux.
        self.clock = ~self.child.pid << 3 | 2

    def ask(self, line):
        self.child.stdin.write(f"{line}\n")
        self.child.stdin.flush()
        answer = self.child.stdout.readline()
        if not answer:
            raise SystemExit("the layer program ended early")
        return answer

    def seconds(self, calls):
        start = time.clock_gettime(self.clock)
        self.ask(calls)
        return time.clock_gettime(self.clock) - start

    def output(self):
        self.ask("")
        return np.fromfile(f"{self.file}.out", np.float32)

    def close(self):
        self.child.stdin.close()
        self.child.wait()


def model(nodes, x_shape, y_shape, constants):
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes, "g",
        [value("x", TensorProto.FLOAT, x_shape)], [value("y", TensorProto.FLOAT, y_shape)],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def measure(hidden, batch, folder):
    random = np.random.default_rng(7)
    scale = hidden ** -0.5
    # Values of fp16, so that every engine has the same weights.
    uniform = lambda *shape: random.uniform(-scale, scale, shape).astype(np.float16).astype(np.float32)
    directions = [(uniform(4 * hidden, INPUT), uniform(4 * hidden, hidden), uniform(4 * hidden)) for _ in range(2)]
    x = random.standard_normal((batch, STEPS, INPUT)).astype(np.float32)

    file = folder / f"layer-{hidden}-{batch}.bin"
    with open(file, "wb") as out:
        np.array([INPUT, hidden, STEPS, batch], "<u4").tofile(out)
        for array in [array for direction in directions for array in direction] + [x]:
            array.tofile(out)

    def iofc(matrix):
        i, f, g, o = np.split(matrix, 4)
        return np.concatenate([i, o, f, g])

    constants = {
        "W": np.stack([iofc(wx) for wx, _, _ in directions]),
        "R": np.stack([iofc(wh) for _, wh, _ in directions]),
        "B": np.stack([np.concatenate([iofc(b), np.zeros_like(b)]) for _, _, b in directions]),
    }
    node = helper.make_node("LSTM", ["x", "W", "R", "B"], ["y"], hidden_size=hidden, direction="bidirectional")
    shape = [STEPS, 2, batch, hidden]
    lstm = model([node], [STEPS, batch, INPUT], shape, constants)
    onnx.save(lstm, folder / "f32.onnx")
    quantize_dynamic(
        folder / "f32.onnx", folder / "int8.onnx", op_types_to_quantize=["LSTM"], weight_type=QuantType.QInt8
    )
    assert any(n.op_type == "DynamicQuantizeLSTM" for n in onnx.load(folder / "int8.onnx").graph.node)
    steps_first = np.ascontiguousarray(x.transpose(1, 0, 2))
    nothing = model([helper.make_node("Identity", ["x"], ["y"])], [1], [1], {})

    engines = {isa: Layer(file, isa) for isa in arguments.isa}
    engines["onnxruntime f32"] = Onnxruntime(str(folder / "f32.onnx"), steps_first, shape)
    engines["onnxruntime int8"] = Onnxruntime(str(folder / "int8.onnx"), steps_first, shape)
    engines["torch f32"] = Torch(torch_lstm(directions, hidden), steps_first)
    calls_of = {
        "onnxruntime": Onnxruntime(nothing.SerializeToString(), np.zeros(1, np.float32), [1]),
        "torch": Torch(torch.nn.Identity(), np.zeros(1, np.float32)),
    }

    expected = engines["onnxruntime f32"].output().ravel()
    for name, engine in engines.items():
        error = np.abs(engine.output().ravel() - expected).max()
        if not error <= (TOLERANCE_INT8 if name.endswith("int8") else TOLERANCE):
            raise SystemExit(f"hidden {hidden}, batch {batch}: {name} differs by {error}")

    engines |= {f"{library} call": engine for library, engine in calls_of.items()}
    engines |= {name: Layer(file, name) for name in limits}
    calls = {name: max(1, int(BLOCK_SECONDS / (e.seconds(5) / 5))) for name, e in engines.items()}
    rounds = {name: [] for name in engines}
    for _ in range(arguments.rounds):
        for name, engine in engines.items():
            rounds[name].append(engine.seconds(calls[name]) / calls[name] * 1e6)
    for name in [*arguments.isa, *limits]:
        engines[name].close()
    return {name: statistics.median(times) for name, times in rounds.items()}


ours = arguments.isa
peers = ["onnxruntime f32", "onnxruntime int8", "torch f32"]
libraries = ["onnxruntime", "torch"]
near_limit = [name for name in [*ours, *peers] if limits and not name.endswith("int8")]
ratios = [(peer, isa) for isa in ours for peer in peers if peer.endswith("int8") == isa.endswith("int8")]
print(f"onnxruntime {ort.__version__}, PyTorch {torch.__version__}; {INPUT} inputs, {STEPS} steps; microseconds of processor time")
print(f"per sentence, median of {arguments.rounds} rounds; peers less the cost of a call that does nothing (last columns, per call)\n")
head = ["hidden", "batch", *limits, *ours, *peers, *(f"{peer} / {isa}" for peer, isa in ratios)]
head += [f"{name} / limit" for name in near_limit]
head += [f"{library} call" for library in libraries]
print("| " + " | ".join(head) + " |\n|" + "---:|" * len(head))
with tempfile.TemporaryDirectory() as folder:
    for batch in arguments.batch:
        for hidden in arguments.hidden:
            us = measure(hidden, batch, Path(folder))
            call = {library: us[f"{library} call"] for library in libraries}
            times = {name: (us[name] - call.get(name.split()[0], 0)) / batch for name in limits + ours + peers}
            row = [f"{hidden}", f"{batch}", *(f"{time:.1f}" for time in times.values())]
            row += [f"{times[peer] / times[isa]:.2f}" for peer, isa in ratios]
            row += [f"{times[name] / times['limit']:.2f}" for name in near_limit]
            row += [f"{cost:.1f}" for cost in call.values()]
            print("| " + " | ".join(row) + " |", flush=True)
