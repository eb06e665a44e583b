"""Greedy decoding with a key-value cache in PyTorch, the straightforward way: python torch_decode.py decode model.safetensors sentences.json [--sorted] [--threads N]

A peer of `npm run bench -- decode --peer`: sentences in batches of 64 as they come (or sorted by length), caches grown by torch.cat, scaled_dot_product_attention,
a batch ends with its last sentence. Needs torch and safetensors. A developer's instrument: nothing of the project needs it.
"""
import argparse, json, math, statistics, time
import torch, torch.nn.functional as F
from safetensors.torch import load_file

DIM, HEADS, LAYERS, EPS = 256, 4, 3, 1e-5


class Model:
    def __init__(self, weights):
        self.w = weights
        places, i = torch.arange(128.)[:, None], torch.arange(0, DIM, 2)
        angle = places / 10000 ** (i / DIM)
        self.positions = torch.stack([angle.sin(), angle.cos()], -1).flatten(1)

    def embed(self, ids, at):
        return F.embedding(ids, self.w["embedding.weight"]) * math.sqrt(DIM) + self.positions[at]

    def heads(self, x):
        return x.unflatten(-1, (HEADS, -1)).transpose(1, 2)

    def project(self, x, name, first, last):
        rows = slice(first * DIM, last * DIM)
        y = F.linear(x, self.w[f"{name}.in_proj_weight"][rows], self.w[f"{name}.in_proj_bias"][rows])
        return [self.heads(part) for part in y.split(DIM, -1)]

    def out(self, y, name):
        return F.linear(y.transpose(1, 2).flatten(2), self.w[f"{name}.out_proj.weight"], self.w[f"{name}.out_proj.bias"])

    def norm(self, x, name):
        return F.layer_norm(x, (DIM,), self.w[f"{name}.weight"], self.w[f"{name}.bias"], EPS)

    def forward_part(self, x, name):
        return F.linear(F.relu(F.linear(x, self.w[f"{name}.linear1.weight"], self.w[f"{name}.linear1.bias"])), self.w[f"{name}.linear2.weight"], self.w[f"{name}.linear2.bias"])

    def encode(self, source, mask):
        x = self.embed(source, torch.arange(source.shape[1]))
        for l in range(LAYERS):
            name = f"transformer.encoder.layers.{l}"
            q, k, v = self.project(x, f"{name}.self_attn", 0, 3)
            x = self.norm(x + self.out(F.scaled_dot_product_attention(q, k, v, attn_mask=mask), f"{name}.self_attn"), f"{name}.norm1")
            x = self.norm(x + self.forward_part(x, name), f"{name}.norm2")
        memory = self.norm(x, "transformer.encoder.norm")
        return [self.project(memory, f"transformer.decoder.layers.{l}.multihead_attn", 1, 3) for l in range(LAYERS)]

    def step(self, token, place, memory, mask, cache):
        x = self.embed(token[:, None], torch.tensor([place]))
        for l in range(LAYERS):
            name = f"transformer.decoder.layers.{l}"
            q, k, v = self.project(x, f"{name}.self_attn", 0, 3)
            if cache[l] is not None: k, v = torch.cat([cache[l][0], k], 2), torch.cat([cache[l][1], v], 2)
            cache[l] = (k, v)
            x = self.norm(x + self.out(F.scaled_dot_product_attention(q, k, v), f"{name}.self_attn"), f"{name}.norm1")
            q, = self.project(x, f"{name}.multihead_attn", 0, 1)
            x = self.norm(x + self.out(F.scaled_dot_product_attention(q, *memory[l], attn_mask=mask), f"{name}.multihead_attn"), f"{name}.norm2")
            x = self.norm(x + self.forward_part(x, name), f"{name}.norm3")
        return (self.norm(x, "transformer.decoder.norm")[:, 0] @ self.w["embedding.weight"].T).argmax(-1)


def greedy(model, sources, lengths, times=None):
    width, most = max(map(len, sources)), max(lengths)
    source = torch.tensor([s + [0] * (width - len(s)) for s in sources])
    mask = (source != 0)[:, None, None]
    memory, cache = model.encode(source, mask), [None] * LAYERS
    token, texts = torch.ones(len(sources), dtype=torch.long), []
    for place in range(most):
        start = time.perf_counter()
        token = model.step(token, place, memory, mask, cache)
        texts.append(token.tolist())
        if times is not None: times.append((time.perf_counter() - start) * 1e3)
    return [[texts[t][i] for t in range(n)] for i, n in enumerate(lengths)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("case"); parser.add_argument("weights"); parser.add_argument("sentences")
    parser.add_argument("--sorted", action="store_true"); parser.add_argument("--threads", type=int, default=0)
    options = parser.parse_args()
    if options.threads: torch.set_num_threads(options.threads)
    model, data = Model(load_file(options.weights)), json.load(open(options.sentences))
    order = range(len(data["sources"]))
    if options.sorted: order = sorted(order, key=lambda i: -len(data["sources"][i]))
    batches = [list(order[i:i + data["batch"]]) for i in range(0, len(order), data["batch"])]
    run = lambda rows, **k: greedy(model, [data["sources"][i] for i in rows], [data["lengths"][i] for i in rows], **k)
    with torch.inference_mode():
        run(batches[0])
        texts, cpu, start = {}, time.process_time(), time.perf_counter()
        for rows in batches: texts.update(zip(rows, run(rows)))
        seconds, cpu, times = time.perf_counter() - start, time.process_time() - cpu, []
        for i in range(data["latency"]): run([i], times=times)
    tokens, checksum = sum(map(len, texts.values())), 0
    for i in range(len(texts)):
        for t, id in enumerate(texts[i]): checksum = (checksum + id * (t + 1 + i)) % 1_000_003
    print(json.dumps({"case": "decode", "engine": f"torch {torch.__version__}{' sorted' if options.sorted else ''}", "seconds": round(seconds, 3), "cpu_s": round(cpu, 3), "sentences": len(texts),
                      "tokens": tokens, "tokens_per_second": round(tokens / seconds), "token_ms": round(statistics.median(times), 3), "checksum": checksum}))


if __name__ == "__main__":
    main()
