"""A run of papers/attention_is_all_you_need in Python: python translation.py <run folder>, after `npx tsx tools/crosscheck/translation.ts <run folder>`

Translates with Python's tokenizers and onnxruntime from encoder.onnx and decoder.onnx, the cache grown by concatenation, and compares with crosscheck.greedy.txt;
compares BLEU and signature of the test's texts with sacrebleu's. Needs numpy, onnxruntime, tokenizers, sacrebleu. Exits with 1 where something differs.
"""
import re, sys
from pathlib import Path
import numpy as np, onnxruntime as ort, sacrebleu
from tokenizers import Tokenizer

folder = Path(sys.argv[1])
lines = lambda name: (folder / name).read_text(encoding="utf8").split("\n")[:-1]
options = ort.SessionOptions(); options.log_severity_level = 3
encoder, decoder = (ort.InferenceSession(str(folder / f"{n}.onnx"), options, providers=["CPUExecutionProvider"]) for n in ("encoder", "decoder"))
meta = {k: int(v) for k, v in decoder.get_modelmeta().custom_metadata_map.items() if re.fullmatch(r"-?\d+", v)}
tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))


def translate(line):
    source = np.array([tokenizer.encode(line, add_special_tokens=False).ids + [meta["eos"]]], np.int32)
    memory = dict(zip([o.name for o in encoder.get_outputs()], encoder.run(None, {"source": source})))
    # One place that does not count yet: the cache has at least one.
    past = {i.name: np.zeros((1, meta["heads"], 1, meta["width"]), np.float32) for i in decoder.get_inputs() if i.name.startswith("past_")}
    token, text = meta["bos"], []
    for position in range(source.shape[1] + 50):
        feeds = {"token": np.array([token], np.int32), "position": np.array([position], np.int32), "source": source, **memory, **past}
        found = dict(zip([o.name for o in decoder.get_outputs()], decoder.run(None, feeds)))
        for name in past:
            new = found[name.removeprefix("past_")]
            past[name] = new if position == 0 else np.concatenate([past[name], new], 2)
        token = int(found["log_probabilities"][0].argmax())
        if token == meta["eos"]: break
        text.append(token)
    return tokenizer.decode(text)


failed = False
sources, expected = lines("crosscheck.source.txt"), lines("crosscheck.greedy.txt")
different = [(s, e, f) for s, e in zip(sources, expected) if (f := translate(s)) != e]
print(f"{len(sources) - len(different)} of {len(sources)} translations are the same")
for source, e, f in different[:5]: print(f"  {source}\n    ours   {e}\n    python {f}")
failed |= bool(different)

bleu = sacrebleu.BLEU()
score = bleu.corpus_score(lines("test.hypothesis.txt"), [lines("test.reference.txt")])
ours, signature = (folder / "crosscheck.bleu.txt").read_text(encoding="utf8").split("\n")[:2]
for name, own, other in (("BLEU", ours, str(score)), ("signature", signature, str(bleu.get_signature()))):
    same = own == other
    failed |= not same
    print(f"{name} {'is the same' if same else 'differs'}: {own}" + ("" if same else f" / {other}"))
sys.exit(failed)
