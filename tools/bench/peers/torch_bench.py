"""The cases of `npm run bench` in PyTorch, CPU, float32: python torch_bench.py [case ...] [--compile] [--threads N] [--steps N]

A peer for `--peer`: one JSON line a case, with the median milliseconds of a step and the peak resident memory. Training cases are whole
Adam steps (forward, backward, update, loss read), `<architecture>/infer<batch>` are forward passes without gradients, `op/<name>` single
operators. Images are NCHW. A developer's instrument: nothing of the project needs it.
"""
import argparse, json, resource, statistics, time
import torch, torch.nn as nn, torch.nn.functional as F


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x))."""
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.norm1, self.norm2 = heads, nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(B, T, 3, self.heads, D // self.heads).permute(2, 0, 3, 1, 4)
        x = x + self.proj(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(B, T, D))
        return x + self.mlp(self.norm2(x))


class ViT(nn.Module):
    """28x28 images of one channel in patches of 7: 16 tokens and the class token."""
    def __init__(self, dim, heads, depth=4):
        super().__init__()
        self.patch, self.cls = nn.Conv2d(1, dim, 7, 7), nn.Parameter(torch.zeros(1, 1, dim))
        self.pos = nn.Parameter(torch.randn(1, 17, dim) * .02)
        self.blocks, self.norm, self.head = nn.Sequential(*(Block(dim, heads) for _ in range(depth))), nn.LayerNorm(dim), nn.Linear(dim, 10)

    def forward(self, x):
        tokens = self.patch(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls.expand(len(x), -1, -1), tokens], 1) + self.pos
        return self.head(self.norm(self.blocks(x))[:, 0])


class Residual(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.main = nn.Sequential(nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o), nn.ReLU(), nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o))
        self.short = nn.Sequential(nn.Conv2d(i, o, 1, stride, bias=False), nn.BatchNorm2d(o)) if stride > 1 or i != o else nn.Identity()

    def forward(self, x):
        return F.relu(self.main(x) + self.short(x))


def resnet(stem, *blocks):
    layers = [nn.Conv2d(3, stem, 3, 1, 1, bias=False), nn.BatchNorm2d(stem), nn.ReLU()]
    for o, stride in blocks:
        layers.append(Residual(stem, o, stride)); stem = o
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(stem, 10))


class Seq2Seq(nn.Module):
    """d256, 4 heads, 3 + 3 layers, one table for source, target and output; [B, 2, tokens] token ids."""
    def __init__(self, tokens=32):
        super().__init__()
        self.embedding = nn.Embedding(8000, 256)
        self.transformer = nn.Transformer(256, 4, 3, 3, 1024, dropout=0., batch_first=True)
        self.mask = nn.Transformer.generate_square_subsequent_mask(tokens)

    def forward(self, ids):
        x = self.embedding(ids) * 16
        return (self.transformer(x[:, 0], x[:, 1], tgt_mask=self.mask, tgt_is_causal=True) @ self.embedding.weight.T).flatten(0, 1)


digits, colour = (lambda n: torch.randn(n, 1, 28, 28)), (lambda n: torch.randn(n, 3, 32, 32))
# name: model, input of a batch, batch of a training step, classes
MODELS = {
    "mlp": (lambda: nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10)), digits, 128, 10),
    "cnn": (lambda: nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
                                  nn.Flatten(), nn.Linear(64 * 49, 128), nn.ReLU(), nn.Linear(128, 10)), digits, 64, 10),
    "vit_d128": (lambda: ViT(128, 4), digits, 128, 10),
    "vit_d384": (lambda: ViT(384, 6), digits, 128, 10),
    "resnet9": (lambda: resnet(32, (32, 1), (64, 2), (128, 2)), colour, 64, 10),
    "resnet18": (lambda: resnet(64, (64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)), colour, 64, 10),
    "seq2seq": (Seq2Seq, lambda n: torch.randint(0, 8000, (n, 2, 32)), 16, 8000),
    "seq2seq64": (lambda: Seq2Seq(64), lambda n: torch.randint(0, 8000, (n, 2, 64)), 16, 8000),
}

n = torch.randn
image = lambda: n(64, 64, 32, 32)
conv = lambda x, w: F.conv2d(x, w, padding=1)


def grad(f, *xs):
    """Gradients of f at xs for a given dy (the last), or 1 for a scalar."""
    *xs, dy = xs
    xs = [x.detach().requires_grad_() for x in xs]
    with torch.enable_grad(): return torch.autograd.grad(f(*xs), xs, dy)


OPERATORS = {
    "matmul": (lambda a, b: a @ b, lambda: (n(1024, 1024), n(1024, 1024))),
    "linear": (F.linear, lambda: (n(2176, 384), n(1536, 384), n(1536))),
    "attention": (F.scaled_dot_product_attention, lambda: tuple(n(128, 4, 64, 32) for _ in range(3))),
    "conv3x3": (conv, lambda: (image(), n(64, 64, 3, 3))),
    "conv3x3_gradients": (lambda x, w, dy: grad(conv, x, w, dy), lambda: (image(), n(64, 64, 3, 3), image())),
    "max_pool": (lambda x: F.max_pool2d(x, 2), lambda: (image(),)),
    "batch_norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), lambda: (image(), n(64), n(64))),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, (1536,), w, b), lambda: (n(2176, 1536), n(1536), n(1536))),
    "softmax": (lambda x: x.softmax(-1), lambda: (n(6600, 1000),)),
    "gelu": (F.gelu, lambda: (image(),)),
    "add": (torch.add, lambda: (image(), image())),
    "sum": (lambda x: x.sum((0, 2, 3)), lambda: (image(),)),
    "transpose": (lambda x: x.permute(0, 3, 1, 2).contiguous(), lambda: (n(64, 32, 32, 64),)),
    "dropout": (lambda x: F.dropout(x, .1, True), lambda: (image(),)),
    "embedding_gradient": (lambda w, ids, dy: grad(lambda w: F.embedding(ids, w), w, dy), lambda: (n(8000, 256), torch.randint(0, 8000, (1024,)), n(1024, 256))),
    "cross_entropy_gradient": (lambda x, y: grad(lambda x: F.cross_entropy(x, y), x, None), lambda: (n(512, 8000), torch.randint(0, 8000, (512,)))),
}
CASES = [*MODELS, *(f"{m}/infer{b}" for m in MODELS for b in (1, 64)), *(f"op/{o}" for o in OPERATORS)]


def prepare(name, compiled):
    """The step to be timed and the number of parameters."""
    wrap = torch.compile if compiled else lambda f: f
    model, _, kind = name.partition("/")
    if model == "op":
        f, inputs = OPERATORS[kind]
        f, inputs = wrap(f), inputs()
        return (lambda: f(*inputs)), 0
    make, data, batch, classes = MODELS[model]
    net = make()
    count = sum(p.numel() for p in net.parameters())
    if kind:
        x, f = data(int(kind.removeprefix("infer"))), wrap(net.eval())
        return (lambda: f(x)), count
    x = data(batch)
    y = torch.randint(0, classes, (batch * {"seq2seq": 32, "seq2seq64": 64}.get(model, 1),))
    f, optimizer = wrap(net), torch.optim.Adam(net.parameters(), 1e-3)
    def step():
        with torch.enable_grad():
            optimizer.zero_grad(); loss = F.cross_entropy(f(x), y); loss.backward()
        optimizer.step(); return loss.item()
    return step, count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="case", choices=[*CASES, []])
    parser.add_argument("--compile", action="store_true"); parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--steps", type=int, default=15); parser.add_argument("--warmup", type=int, default=3)
    options = parser.parse_args()
    if options.threads: torch.set_num_threads(options.threads)
    for name in options.cases or CASES:
        torch.manual_seed(0)
        with torch.no_grad():
            step, count = prepare(name, options.compile)
            for _ in range(options.warmup): step()
            start, warmed = time.perf_counter(), 0
            while warmed < 500 and time.perf_counter() - start < .125: step(); warmed += 1
            # Steps of microseconds are counted for a quarter of a second.
            steps = min(1000, max(options.steps, int(.25 / (time.perf_counter() - start) * warmed)))
            ms, cpu = [], time.process_time()
            for _ in range(steps):
                start = time.perf_counter(); step(); ms.append((time.perf_counter() - start) * 1e3)
            cpu = (time.process_time() - cpu) / steps * 1e3
        print(json.dumps({"case": name, "engine": f"torch {torch.__version__}{' compiled' if options.compile else ''}", "threads": torch.get_num_threads(),
                          "ms": round(statistics.median(ms), 2), "parameters": count, "min_ms": round(min(ms), 2), "cpu_ms": round(cpu, 2),
                          "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)}), flush=True)


if __name__ == "__main__":
    main()
