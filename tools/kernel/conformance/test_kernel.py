"""Jupyter's own conformance tests (jupyter_kernel_test) against this kernel, for development: the same checks run in CI without Python
(tools/kernel/protocol.test.ts).

    pip install jupyter_kernel_test nbclient
    python tools/kernel/conformance/test_kernel.py

No kernelspec need be installed: one is written into a temporary folder.
"""

import json
import os
import pathlib
import shutil
import tempfile
import unittest

import jupyter_kernel_test

folder = tempfile.TemporaryDirectory()
spec = pathlib.Path(folder.name, "kernels", "atelier-test")
spec.mkdir(parents=True)
launcher = pathlib.Path(__file__).resolve().parents[1] / "main.mjs"
(spec / "kernel.json").write_text(
    json.dumps(
        {
            "argv": [shutil.which("node"), str(launcher), "{connection_file}"],
            "display_name": "TypeScript (Atelier, test)",
            "language": "typescript",
            "interrupt_mode": "message",
        }
    )
)
os.environ["JUPYTER_PATH"] = folder.name
os.environ["ATELIER_HISTORY"] = str(pathlib.Path(folder.name, "history.jsonl"))


class KernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "atelier-test"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('test')"
    completion_samples = [
        {"text": "const zeta = 1; zet", "matches": {"zeta"}},
        {"text": "Math.flo", "matches": {"floor"}},
        {"text": "'a'.toUpper", "matches": {"toUpperCase"}},
    ]
    complete_code_samples = [
        "1",
        "console.log('hello, world')",
        "function f(x: number) {\n  return x * 2;\n}",
        "const x = { a: 1 };",
    ]
    incomplete_code_samples = ["function f(", "const x = {", "if (true) {", "`abc", "[1, 2"]
    invalid_code_samples = ["function function", "const 1 = 2;", "x ] y"]
    code_page_something = "Math.max?"
    code_generate_error = "throw new Error('x')"
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "[1, 2].map((n) => n * n)", "result": "[ 1, 4 ]"},
        {"code": "'a' + 'b'", "result": "'ab'"},
    ]
    code_display_data = [
        {"code": "await Deno.jupyter.display({ 'text/html': '<b>bold</b>' }, { raw: true })", "mime": "text/html"},
        {"code": "await Deno.jupyter.display(Deno.jupyter.md`**bold**`)", "mime": "text/markdown"},
    ]
    code_history_pattern = "1 ? 2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.max"
    code_clear_output = "await Deno.jupyter.broadcast('clear_output', { wait: false })"


class IopubWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    kernel_name = "atelier-test"
    support_iopub_welcome = True


if __name__ == "__main__":
    unittest.main(verbosity=2)
