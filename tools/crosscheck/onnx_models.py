"""For developers: ONNX files written by exportModels.ts under onnx's checker and Python's onnxruntime.

    npx tsx tools/crosscheck/exportModels.ts <folder> && python tools/crosscheck/onnx_models.py <folder>

Needs numpy, onnx and onnxruntime.
"""

import json
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

failed = False
for path in sorted(Path(sys.argv[1]).glob("*.onnx")):
    expected = json.loads(path.with_suffix(".json").read_text())
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    initializers = {tensor.name for tensor in model.graph.initializer}
    missing = [name for name in expected["weights"] if name not in initializers and "num_batches" not in name]
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    worst = 0.0
    for batch in expected["batches"]:
        image = np.array(batch["image"], np.float32).reshape(batch["shape"])
        (logits,) = session.run(["logits"], {"image": image})
        reference = np.array(batch["logits"], np.float32).reshape(logits.shape)
        worst = max(worst, float(np.abs(logits - reference).max() / max(1.0, np.abs(reference).max())))
    domains = sorted({node.domain or "ai.onnx" for node in model.graph.node})
    print(
        f"{path.stem:12} nodes {len(model.graph.node):4}  weights {len(initializers):4}  missing names {len(missing)}"
        f"  input {session.get_inputs()[0].shape}  domains {','.join(domains)}  largest difference {worst:.1e}"
    )
    if missing:
        print("  missing:", *missing)
    failed |= worst > 1e-4 or bool(missing)
sys.exit(failed)
