"""For developers: ONNX files under onnx's checker, Python's onnxruntime, and (portable ones) onnx's own reference evaluator.

    npx tsx tools/crosscheck/exportModels.ts <folder> && python tools/crosscheck/onnx_models.py <folder>
    npx tsx tools/crosscheck/exportOperators.ts <folder> && python tools/crosscheck/onnx_models.py <folder>

Needs numpy, onnx and onnxruntime. The evaluator is plain numpy and slow: it takes the smallest batch, of four opsets.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)
DTYPES = {"float32": np.float32, "int32": np.int32, "bool": np.bool_}
EVALUATED = {13, 17, 20, 26}


def array(tensor):
    if tensor["dtype"] == "bool":
        return np.array([value == "1" for value in tensor["data"]]).reshape(tensor["shape"])
    numbers = [float(value.replace("Infinity", "inf")) for value in tensor["data"]]
    return np.array(numbers).astype(DTYPES[tensor["dtype"]]).reshape(tensor["shape"])


def difference(found, wanted):
    """The largest difference, as a part of the largest finite number (at least 1); infinite where types, shapes, NaN or infinities differ."""
    if found.shape != wanted.shape or found.dtype != wanted.dtype:
        return np.inf
    if found.size == 0:
        return 0.0
    a, b = found.astype(np.float64), wanted.astype(np.float64)
    finite = np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        return np.inf
    if not finite.any():
        return 0.0
    return float(np.abs(a[finite] - b[finite]).max() / max(1.0, np.abs(b[finite]).max()))


def worst_of(run, runs):
    worst = 0.0
    for one in runs:
        names = list(one["outputs"])
        found = run(names, {name: array(tensor) for name, tensor in one["inputs"].items()})
        for name, value in zip(names, found):
            worst = max(worst, difference(np.asarray(value), array(one["outputs"][name])))
    return worst


folder = Path(sys.argv[1])
problems = []
totals = defaultdict(int)
for path in sorted(folder.glob("*.json")):
    case = json.loads(path.read_text())
    count = evaluated = 0
    worst = worst_evaluated = 0.0
    nodes, named, domains = [], 0, set()
    for file in sorted(folder.glob(f"{path.stem}.*.onnx")):
        _, opset, *kind = file.name.removesuffix(".onnx").rsplit(".", 2) if file.stem.count(".") > 1 else file.stem.rsplit(".", 1)
        opset = int(opset)
        portable = kind == ["portable"]
        try:
            onnx.checker.check_model(str(file), full_check=True)
            model = onnx.load(file)
            imports = {one.domain: one.version for one in model.opset_import}
            if imports[""] != opset or (portable and set(imports) != {""}):
                problems.append(f"{file.name}: opsets {imports}")
            used = {node.domain or "ai.onnx" for node in model.graph.node}
            if portable and used != {"ai.onnx"}:
                problems.append(f"{file.name}: operators of {used}")
            domains |= used
            initializers = {tensor.name for tensor in model.graph.initializer}
            missing = [name for name in case["weights"] if name not in initializers]
            if missing:
                problems.append(f"{file.name}: no initializers {missing}")
            nodes.append(len(model.graph.node))
            named = sum("/" in node.name for node in model.graph.node)
            if len({node.name for node in model.graph.node}) != len(model.graph.node):
                problems.append(f"{file.name}: nodes of one name")
            session = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
            here = worst_of(session.run, case["runs"])
            worst = max(worst, here)
            count += 1
            if here > 1e-4:
                problems.append(f"{file.name}: onnxruntime differs by {here:.1e}")
            if portable and opset in EVALUATED:
                there = worst_of(ReferenceEvaluator(model).run, case["runs"][:1])
                worst_evaluated = max(worst_evaluated, there)
                evaluated += 1
                if there > 1e-4:
                    problems.append(f"{file.name}: the reference evaluator differs by {there:.1e}")
        except Exception as error:  # every file is to be reported
            problems.append(f"{file.name}: {type(error).__name__}: {str(error).strip().splitlines()[0][:300]}")
    for message in {re.sub(r"\d+", "N", text) for text in case["refused"].values()}:
        totals[f"refused: {message}"] += 1
    totals["files"] += count
    totals["evaluated"] += evaluated
    spread = f"{min(nodes)}–{max(nodes)}" if nodes else "–"
    print(
        f"{path.stem:20} files {count:3} nodes {spread:9} ({named} named by module) weights {len(case['weights']):3}"
        f" domains {','.join(sorted(domains)):22} refused {len(case['refused']):2}"
        f" onnxruntime {worst:.1e} evaluator ({evaluated}) {worst_evaluated:.1e}"
    )
print(dict(totals))
print(*problems, sep="\n")
print(f"{len(problems)} problems")
sys.exit(bool(problems))
