"""For developers: what tokenizer.ts wrote against Python's `tokenizers`: vocabulary and merges of BpeTrainer on the same texts, the ids and
the decoded text of every text, and the processor seconds (of all threads).

    npx tsx tools/crosscheck/tokenizer.ts <folder> <texts> … && python tools/crosscheck/tokenizer.py <folder>

Needs tokenizers.
"""

import json
import sys
import time
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, models, pre_tokenizers, trainers

failed = False
for path in sorted(Path(sys.argv[1]).glob("*.result.json")):
    result = json.loads(path.read_text())
    name = path.name.removesuffix(".result.json")
    file = str(path.with_name(f"{name}.tokenizer.json"))
    ours = json.loads(Path(file).read_text())
    options = result["options"]

    # Python's trainer with the normalizer and the pre-tokenizer of our file.
    raw = Tokenizer.from_str(json.dumps({**ours, "added_tokens": [], "post_processor": None, "model": {"type": "BPE", "vocab": {}, "merges": []}}))
    alphabet = options.get("initialAlphabet", pre_tokenizers.ByteLevel.alphabet() if "preTokenizer" not in options else [])
    trainer = trainers.BpeTrainer(
        vocab_size=options["vocabSize"],
        min_frequency=options.get("minFrequency", 2),
        special_tokens=[AddedToken(token, normalized=False) for token in options["specialTokens"]],
        initial_alphabet=list(alphabet),
        max_token_length=options.get("maxTokenLength"),
        show_progress=False,
    )
    start = time.process_time()
    raw.train_from_iterator(result["texts"][: result["corpus"]], trainer)
    train = time.process_time() - start
    theirs = json.loads(raw.to_str())["model"]
    same_vocab = theirs["vocab"] == ours["model"]["vocab"]
    same_merges = [list(m) for m in theirs["merges"]] == ours["model"]["merges"]

    # Our file, read by Python.
    tokenizer = Tokenizer.from_file(file)
    start = time.process_time()
    encodings = tokenizer.encode_batch(result["texts"])
    encode = time.process_time() - start
    wrong = [i for i, (e, ids) in enumerate(zip(encodings, result["ids"])) if e.ids != ids]
    start = time.process_time()
    decoded = tokenizer.decode_batch(result["ids"])
    decode = time.process_time() - start
    wrong_text = [i for i, (a, b) in enumerate(zip(decoded, result["decoded"])) if a != b]
    odd = result["texts"][result["corpus"] :]
    wrong_pairs = []
    for i, expected in enumerate(result["pairs"]):
        e = tokenizer.encode(odd[i], odd[(i + 1) % len(odd)])
        if e.ids != expected["ids"] or e.type_ids != expected["typeIds"]:
            wrong_pairs.append(i)
    failed |= not (same_vocab and same_merges) or bool(wrong or wrong_text or wrong_pairs)
    s = result["seconds"]
    print(
        f"{name}: vocabulary {'same' if same_vocab else 'DIFFERS'}, {len(theirs['merges'])} merges {'same' if same_merges else 'DIFFER'}; "
        f"ids differ in {len(wrong)}, decoded in {len(wrong_text)} of {len(encodings)}, pairs in {len(wrong_pairs)} of {len(odd)}; processor seconds ours / Python: "
        f"train {s['train']:.2f} / {train:.2f}, encode {s['encode']:.2f} / {encode:.2f}, decode {s['decode']:.2f} / {decode:.2f}"
    )
    if not same_merges:
        i = next((i for i, (a, b) in enumerate(zip(theirs["merges"], ours["model"]["merges"])) if list(a) != b), -1)
        print("  first merge:", i, theirs["merges"][i : i + 1], ours["model"]["merges"][i : i + 1])
    for i in wrong[:3]:
        print("  ids:", ascii(result["texts"][i][:80]), encodings[i].ids[:20], result["ids"][i][:20], encodings[i].tokens[:12])
    for i in wrong_text[:3]:
        print("  text:", ascii(result["texts"][i][:80]), ascii(decoded[i][:80]), ascii(result["decoded"][i][:80]))
sys.exit(failed)
