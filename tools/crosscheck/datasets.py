"""For developers: loadDataset and Python's `datasets` must give the same rows. `pip install datasets pillow`.

    python tools/crosscheck/datasets.py write <folder>      writes small sets in every format, with odd values, and cases.json
    npx tsx tools/crosscheck/datasets.ts <folder> [ids ...] reads them and the data sets of these ids (HF_ENDPOINT) -> ours.jsonl
    python tools/crosscheck/datasets.py compare <folder>    reads the same with `datasets` and compares row by row
"""
import datetime
import gzip
import hashlib
import io
import json
import math
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from PIL import Image as PillowImage


def png(i, size=(5, 4)):
    out = io.BytesIO()
    PillowImage.new("RGB", size, (i * 37 % 256, i * 91 % 256, i)).save(out, "PNG")
    return out.getvalue()


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    cases = []

    def case(name, *splits, **options):
        cases.extend({"name": f"{name} {split}", "path": name, "split": split, **options} for split in splits or ["train"])
        (folder / name).mkdir(parents=True, exist_ok=True)
        return folder / name

    n = 2500
    table = pa.table({
        "i8": pa.array([i % 256 - 128 for i in range(n)], pa.int8()),
        "u32": pa.array([4294967295 - i for i in range(n)], pa.uint32()),
        "i64": pa.array([None if i % 7 == 0 else (i - 1000) * 10**9 for i in range(n)], pa.int64()),
        "f32": pa.array([i / 7 for i in range(n)], pa.float32()),
        "f64": pa.array([math.nan if i == 3 else math.inf if i == 4 else i / 7 for i in range(n)], pa.float64()),
        "flag": pa.array([None if i % 5 == 0 else i % 2 == 0 for i in range(n)], pa.bool_()),
        "text": pa.array([None if i % 11 == 0 else f"Ünïcode {i % 97} 🐜" for i in range(n)]),
        "day": pa.array([datetime.date(1960, 1, 1) + datetime.timedelta(i) for i in range(n)]),
        "time": pa.array([datetime.datetime(2020, 1, 1) + datetime.timedelta(seconds=i) for i in range(n)], pa.timestamp("us")),
        "bytes": pa.array([bytes([i % 256] * (i % 5)) for i in range(n)]),
        "list": pa.array([None if i % 13 == 0 else [j if j % 3 else None for j in range(i % 4)] for i in range(n)], pa.list_(pa.int64())),
        "nested": pa.array([{"a": i, "b": None if i % 3 == 0 else {"c": [str(i)] * (i % 3)}} for i in range(n)]),
        "records": pa.array([[{"x": j, "y": f"{j}"} for j in range(i % 3)] for i in range(n)]),
        "lists": pa.array([[[j] * (i % 3) for j in range(i % 3)] for i in range(n)]),
        "fixed": pa.array([[i, i + 1] for i in range(n)], pa.list_(pa.int32(), 2)),
    })
    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        for version in ["1.0", "2.0"]:
            pq.write_table(table, case(f"parquet_{codec}_{version}") / "train.parquet", compression=codec,
                           data_page_version=version, row_group_size=700, data_page_size=3000)
    plain = table.drop_columns(["records", "nested", "lists", "fixed"])
    pq.write_table(plain, case("parquet_plain") / "train.parquet", use_dictionary=False, write_page_checksum=True, row_group_size=999)
    pq.write_table(plain.select(["i64", "text", "f64"]), case("parquet_delta") / "train.parquet", use_dictionary=False,
                   column_encoding={"i64": "DELTA_BINARY_PACKED", "text": "DELTA_BYTE_ARRAY", "f64": "BYTE_STREAM_SPLIT"})
    images = pa.table({"picture": pa.array([{"bytes": png(i % 200), "path": None if i % 3 == 0 else f"{i}.png"} for i in range(300)]),
                       "label": pa.array([i % 3 for i in range(300)])})
    info = {"info": {"features": {"picture": {"_type": "Image"}, "label": {"names": ["a", "b", "c"], "_type": "ClassLabel"}}}}
    images = images.replace_schema_metadata({"huggingface": json.dumps(info)})
    for codec in ["none", "zstd"]:
        to = case(f"images_{codec}")
        pq.write_table(images.slice(0, 170), to / "train-00000-of-00002.parquet", compression=codec, row_group_size=100)
        pq.write_table(images.slice(170), to / "train-00001-of-00002.parquet", compression=codec, row_group_size=100)

    csv = 'id,name,score,ok,note\r\n' + ''.join(
        f'{i},"na""me, {i}\nsecond",{"" if i % 4 == 0 else i / 3},{"True" if i % 2 else "False"},{["NA", "x", "7", "null"][i % 4]}\r\n' for i in range(500))
    (case("csv") / "train.csv").write_bytes(b"\xef\xbb\xbf" + csv.encode())
    (case("tsv", "train", "test") / "train.tsv").write_text("a\tb\n1\tx\n\n2\ty z\n")
    (folder / "tsv" / "test.tsv").write_text("a\tb\n3\tw\n")
    with gzip.open(case("csv_gz") / "train.csv.gz", "wt") as out:
        out.write("a,b\n" + "".join(f"{i},{i * 2}.5\n" for i in range(1000)))
    rows = [{"id": i, "text": f"line {i} é 🐝", "score": i / 4 if i % 2 else None, "list": list(range(i % 4)), "in": {"x": i, "y": str(i)}} for i in range(700)]
    (case("jsonl", "train", "validation", "train[10%:20%]", "train[-5%:]", "train[:7%]+validation", "train[3:90]") / "train.jsonl").write_text(
        "\n".join(json.dumps(row, ensure_ascii=i % 2 == 0) for i, row in enumerate(rows)))
    (folder / "jsonl" / "dev.jsonl").write_text("\n\n".join(json.dumps(row) for row in rows[:50]) + "\n")
    (case("json") / "data.json").write_text(json.dumps(rows, indent=1))
    (case("json_field", field="data") / "data.json").write_text(json.dumps({"version": 1, "data": rows}))
    (case("text", "train", "test") / "train.txt").write_bytes("one\r\ntwo\n\n  three \nvier é\rfünf".encode())
    (folder / "text" / "test.txt").write_text("\n".join(str(i) for i in range(100)) + "\n")
    for split, count in [("train", 7), ("val", 4)]:
        for name in ["bees", "ants", "zebras und Ähnliches"]:
            to = case("folder", *(["train", "validation"] if split == "train" and name == "bees" else ["-"])) / split / name
            to.mkdir(parents=True, exist_ok=True)
            for i in range(count):
                (to / f"{i} ü({i}).png").write_bytes(png(i))
    to = case("metadata")
    for i in range(5):
        (to / f"{i}.png").write_bytes(png(i))
    (to / "metadata.jsonl").write_text("\n".join(json.dumps({"file_name": f"{4 - i}.png", "caption": f"c {i}", "n": i}) for i in range(5)))
    to = case("flat")
    for i in range(5):
        (to / f"{i}.png").write_bytes(png(i))
    to = case("card", "train", "held", config="b")
    (to / "x").mkdir(exist_ok=True)
    for name in ["one", "two", "other"]:
        (to / "x" / f"{name}.csv").write_text(f"v,label\n{name},1\n")
    (to / "README.md").write_text("---\nconfigs:\n- config_name: a\n  data_files: x/other.csv\n- config_name: b\n  data_dir: x\n  data_files:\n"
        "  - split: train\n    path: ['two.csv', 'one*']\n  - split: held\n    path: other.csv\n"
        "dataset_info:\n- config_name: b\n  features:\n  - name: v\n    dtype: string\n  - name: label\n    dtype:\n      class_label:\n        names:\n          '0': nothing\n          '1': yes!\n---\n")
    (folder / "cases.json").write_text(json.dumps([c for c in cases if c["split"] != "-"], indent=1))


def canonical(value):
    if isinstance(value, dict) and set(value) == {"bytes", "path"}:
        data = value["bytes"] if value["bytes"] is not None else Path(value["path"]).read_bytes()
        return {"sha256": hashlib.sha256(data).hexdigest(), "name": value["path"] and Path(value["path"]).name}
    if isinstance(value, dict):
        return {key: canonical(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [canonical(part) for part in value]
    if isinstance(value, bytes):
        return {"bytes": value.hex()}
    if isinstance(value, datetime.datetime):
        return {"time": round((value - datetime.datetime(1970, 1, 1)).total_seconds() * 1000)}
    if isinstance(value, datetime.date):
        return {"time": (value - datetime.date(1970, 1, 1)).days * 86400000}
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return {"number": str(value)}
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def compare(folder):
    sys.path.pop(0)  # this file has the library's name
    import datasets
    from datasets import Image, load_dataset

    datasets.disable_progress_bars()
    bad = 0
    with open(folder / "ours.jsonl") as lines:
        for line in lines:
            ours = json.loads(line)
            case = ours["case"]
            where = str(folder / case["path"]) if "path" in case else case["id"]
            options = {"field": case["field"]} if "field" in case else {}
            if "field" in case:
                options["data_files"] = str(folder / case["path"] / "data.json")
                where = "json"
            theirs = load_dataset(where, case.get("config"), split=case["split"], **options)
            for name, feature in list(theirs.features.items()):
                if isinstance(feature, Image):
                    theirs = theirs.cast_column(name, Image(decode=False))
            names = {k: f.names for k, f in theirs.features.items() if hasattr(f, "names")}
            problems = []
            if names != ours["names"]:
                problems.append(f"class names {names} against {ours['names']}")
            if list(theirs.features) != ours["columns"]:
                problems.append(f"columns {list(theirs.features)} against {ours['columns']}")
            rows = 0
            total = hashlib.sha256()
            with open(folder / ours["rows"]) as file:
                for row, text in zip(theirs, file):
                    total.update(text.encode())
                    if canonical(row) != json.loads(text):
                        problems.append(f"row {rows}: {canonical(row)} against {json.loads(text)}")
                    rows += 1
            if not (rows == len(theirs) == ours["count"]):
                problems.append(f"{len(theirs)} rows against {ours['count']}")
            if ours["streamed"] is not None and ours["streamed"] != total.hexdigest():
                problems.append("streaming gives other rows")
            bad += len(problems) > 0
            print(("FAILS " if problems else "agrees"), case.get("name", case.get("id")), case["split"], f"{len(theirs)} rows", *problems[:3], sep="  ")
    print(f"{bad} fail" if bad else "all agree")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    {"write": write, "compare": compare}[sys.argv[1]](Path(sys.argv[2]).absolute())
