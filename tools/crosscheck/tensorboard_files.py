"""Reads what tensorboardFiles.ts wrote, with TensorBoard's own reader and from a running TensorBoard.

    npx tsx tools/crosscheck/tensorboardFiles.ts /tmp/board && python tools/crosscheck/tensorboard_files.py /tmp/board
"""
import io
import json
import math
import sys
import urllib.request

import numpy as np
from PIL import Image
from tensorboard import program
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.util import tensor_util
from torch.utils.tensorboard.summary import compute_curve

folder = sys.argv[1]
scores = np.array([(math.sin(i * 0.7) + 1) / 2 for i in range(500)])
labels = np.array([1.0 if s + 0.4 * math.cos(i) > 0.5 else 0.0 for i, s in enumerate(scores)])

for run, lr in [("a", 0.1), ("b", 0.01)]:
    read = EventAccumulator(f"{folder}/{run}/tensorboard", size_guidance={k: 0 for k in ["scalars", "images", "histograms", "tensors"]})
    read.Reload()
    loss = read.Scalars("step/loss")
    assert [event.step for event in loss] == list(range(1, 101)), [event.step for event in loss]  # the resume purged 51 to 60
    np.testing.assert_allclose([event.value for event in loss], [lr / step for step in range(1, 101)], rtol=1e-6)
    assert read.Scalars("val/accuracy")[0].value == np.float32(0.9)
    for channels in (1, 3, 4):
        (image,) = read.Images(f"image_{channels}")
        pixels = np.asarray(Image.open(io.BytesIO(image.encoded_image_string))).reshape(-1)
        np.testing.assert_array_equal(pixels, (np.arange(24 * 32 * channels) * 5) % 256)
        assert (image.width, image.height) == (32, 24)
    for event in read.Histograms("weights"):
        values = np.sin(np.arange(1000)) * event.step / 100
        histogram = event.histogram_value
        np.testing.assert_allclose([histogram.min, histogram.max, histogram.sum], [values.min(), values.max(), values.sum()], rtol=1e-4, atol=1e-6)
        assert sum(histogram.bucket) == 1000
    text = tensor_util.make_ndarray(read.Tensors("notes")[0].tensor_proto)
    assert text[0].decode() == f"# Run {run}\nlearning rate **{lr}**", text
    curve = tensor_util.make_ndarray(read.Tensors("digits")[0].tensor_proto)
    np.testing.assert_allclose(curve, compute_curve(labels, scores, num_thresholds=127), rtol=1e-5)
    content = plugin_data_pb2.HParamsPluginData.FromString(
        read.SummaryMetadata("_hparams_/session_start_info").plugin_data.content)
    hparams = content.session_start_info.hparams
    assert hparams["lr"].number_value == lr and hparams["nesterov"].bool_value == (run == "a")
    assert hparams["seed"].WhichOneof("kind") == "number_value" and hparams["nesterov"].WhichOneof("kind") == "bool_value"
    assert read.Scalars("zero")[0].value == 0
    assert hparams["betas"].string_value == "[0.9,0.999]"
print("EventAccumulator: scalars, purge on resume, images, histograms, text, PR curves, hparams: equal")

board = program.TensorBoard()
board.configure(argv=[None, "--logdir", folder, "--port", "0", "--host", "127.0.0.1"] + sys.argv[2:])
url = board.launch()


def get(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url + path, data=data, headers={"Content-Type": "application/json"} if data else {})
    answer = urllib.request.urlopen(request).read()
    return json.loads(answer) if answer[:1] in (b"[", b"{") else answer


import time

for _ in range(60):
    if get("data/runs") == ["a/tensorboard", "b/tensorboard"] and "digits" in str(get("data/plugin/pr_curves/tags")):
        break
    time.sleep(0.5)
scalars = get("data/plugin/scalars/scalars?tag=step%2Floss&run=a%2Ftensorboard")
assert len(scalars) == 100 and all(value > 0 for _, _, value in scalars), scalars
assert get("data/plugin/scalars/tags")["b/tensorboard"].keys() >= {"train/loss", "val/accuracy", "test/accuracy"}
assert len(get("data/plugin/images/images?tag=image_3&run=a%2Ftensorboard&sample=0")) == 1
assert len(get("data/plugin/histograms/histograms?tag=weights&run=a%2Ftensorboard")) == 3
assert "<strong>0.1</strong>" in str(get("data/plugin/text/text?tag=notes&run=a%2Ftensorboard"))
assert len(get("data/plugin/pr_curves/pr_curves?tag=digits&run=a%2Ftensorboard")["a/tensorboard"][0]["precision"]) > 50
assert get("data/plugin/projector/runs") == ["a/tensorboard", "b/tensorboard"]
info = get("data/plugin/projector/info?run=a%2Ftensorboard")["embeddings"][0]
name = urllib.request.quote(info["tensorName"])
assert np.frombuffer(get(f"data/plugin/projector/tensor?run=a%2Ftensorboard&name={name}"), np.float32).size == 90
assert b"class 2" in get(f"data/plugin/projector/metadata?run=a%2Ftensorboard&name={name}")
assert Image.open(io.BytesIO(get(f"data/plugin/projector/sprite_image?run=a%2Ftensorboard&name={name}"))).size == (96, 96)
experiment = get("data/plugin/hparams/experiment", {"experimentName": ""})
assert {h["name"] for h in experiment["hparamInfos"]} >= {"lr", "model.name", "nesterov"}, experiment
groups = get("data/plugin/hparams/session_groups", {
    "experimentName": "", "allowedStatuses": ["STATUS_UNKNOWN", "STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING"],
    "colParams": [{"hparam": h["name"]} for h in experiment["hparamInfos"]] + [{"metric": m["name"]} for m in experiment["metricInfos"]],
    "startIndex": 0, "sliceSize": 100})
rows = sorted((g["hparams"]["lr"], next(m["value"] for m in g["metricValues"] if m["name"]["tag"] == "test/accuracy"),
               g["sessions"][0]["status"]) for g in groups["sessionGroups"])
assert [(lr, round(value, 5), status) for lr, value, status in rows] == [(0.01, 0.89, "STATUS_SUCCESS"), (0.1, 0.8, "STATUS_SUCCESS")], rows
print(f"TensorBoard {url}: scalars, images, histograms, text, PR curves, projector with sprite, hparams: served")
