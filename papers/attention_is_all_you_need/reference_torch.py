"""The same training in PyTorch: npx tsx papers/attention_is_all_you_need/writeBatches.ts <folder> <steps> data=multi30k model=small, then

    python papers/attention_is_all_you_need/reference_torch.py <folder> [--check] [--every 227] [--output curve.csv]

Trains torch.nn.Transformer from the same initial weights on the same batches with the same learning rates and writes the validation loss every so many steps. --check
does without dropout as many steps as writeBatches.ts did and compares the losses, which must agree within 1e-3. A developer's instrument: nothing needs it.
"""
import argparse, json, math, sys, time
from pathlib import Path
import torch, torch.nn as nn, torch.nn.functional as F
from safetensors.torch import load_file


class Seq2Seq(nn.Module):
    def __init__(self, vocabulary, dim, heads, encoderLayers, decoderLayers, feedForward, dropout, activation="relu", normFirst=False):
        super().__init__()
        self.embedding, self.dropout = nn.Embedding(vocabulary, dim), nn.Dropout(dropout)
        self.transformer = nn.Transformer(dim, heads, encoderLayers, decoderLayers, feedForward, dropout, activation, batch_first=True, norm_first=normFirst)
        angle = torch.arange(1024.)[:, None] / 10000 ** (torch.arange(0, dim, 2) / dim)
        self.register_buffer("positions", torch.stack([angle.sin(), angle.cos()], -1).flatten(1), persistent=False)

    def embed(self, ids):
        return self.dropout(self.embedding(ids) * math.sqrt(self.embedding.embedding_dim) + self.positions[:ids.shape[1]])

    def forward(self, source, padding, target):
        padding = padding.clone(); padding[:, 0] = False  # rows without a token
        causal = torch.triu(torch.full((target.shape[1],) * 2, -torch.inf), 1)
        padding = torch.zeros(padding.shape).masked_fill(padding, -torch.inf)
        y = self.transformer(self.embed(source), self.embed(target), tgt_mask=causal, src_key_padding_mask=padding, memory_key_padding_mask=padding)
        return y @ self.embedding.weight.T


def batches(path):
    for line in open(path):
        yield {k: torch.tensor(v["data"]).reshape(v["shape"]) for k, v in json.loads(line).items()}


def loss_of(model, b, smoothing=0.):
    scores = model(b["source"].long(), b["sourceMask"] == 0, b["input"].long())
    target = b["target"].long().masked_fill(b["targetMask"] == 0, -100)
    return F.cross_entropy(scores.flatten(0, 1), target.flatten(), ignore_index=-100, label_smoothing=smoothing), int(b["targetMask"].sum())


def validate(model, path):
    model.eval(); total = count = 0
    with torch.no_grad():
        for b in batches(path):
            loss, tokens = loss_of(model, b); total += loss.item() * tokens; count += tokens
    model.train(); return total / count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path); parser.add_argument("--check", action="store_true"); parser.add_argument("--every", type=int, default=227)
    parser.add_argument("--output", type=Path); parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if options.threads: torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    recipe = json.loads((options.folder / "recipe.json").read_text())
    model = Seq2Seq(recipe["vocabulary"], **{**recipe["model"], **({"dropout": 0.} if options.check else {})})
    model.load_state_dict(load_file(options.folder / "initial.safetensors"))
    o = recipe["optimizer"]
    optimizer = torch.optim.Adam(model.parameters(), 1., betas=tuple(o["betas"]), eps=o["eps"])
    model.train(); times, worst, rows = [], 0., []
    for i, b in enumerate(batches(options.folder / "train.jsonl")):
        if options.check and i >= len(recipe["losses"]): break
        start = time.perf_counter()
        for group in optimizer.param_groups: group["lr"] = recipe["rates"][i]
        optimizer.zero_grad(); loss, _ = loss_of(model, b, recipe["labelSmoothing"]); loss.backward(); optimizer.step()
        times.append(time.perf_counter() - start)
        if options.check:
            worst = max(worst, abs(loss.item() - recipe["losses"][i])); print(f"step {i + 1}: ours {recipe['losses'][i]:.6f}, torch {loss.item():.6f}")
        elif (i + 1) % options.every == 0:
            rows.append((i + 1, validate(model, options.folder / "validation.jsonl"))); print(f"step {rows[-1][0]}: validation loss {rows[-1][1]:.4f}", flush=True)
            if options.output: options.output.write_text("step,val_loss\n" + "".join(f"{s},{v}\n" for s, v in rows))
    print(f"{sorted(times)[len(times) // 2]:.2f} s a step" + (f"; losses differ by at most {worst:.1e}" if options.check else ""))
    sys.exit(options.check and worst > 1e-3)


if __name__ == "__main__":
    main()
