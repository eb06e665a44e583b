import { digitNames, type ImageRow } from './parquet.js';

export type SplitFile = { rows: readonly ImageRow[]; fileBytes: number };

/** The dataset card: README.md with the `dataset_info` of the Hub. */
export function digitsCard(seed: number, version: number, train: SplitFile, test: SplitFile): string {
  // The Hub counts a row as its image's bytes and eight for the label.
  const rowBytes = (split: SplitFile): number => split.rows.reduce((sum, row) => sum + row.image.bytes.length + 8, 0);
  const sizeClass = train.rows.length + test.rows.length < 10_000 ? '1K<n<10K' : '10K<n<100K';
  return `---
pretty_name: Atelier digits
license: cc0-1.0
task_categories:
- image-classification
size_categories:
- ${sizeClass}
dataset_info:
  config_name: digits
  features:
  - name: image
    dtype: image
  - name: label
    dtype:
      class_label:
        names:
${digitNames.map((name) => `          '${name}': '${name}'`).join('\n')}
  splits:
  - name: train
    num_bytes: ${rowBytes(train)}
    num_examples: ${train.rows.length}
  - name: test
    num_bytes: ${rowBytes(test)}
    num_examples: ${test.rows.length}
  download_size: ${train.fileBytes + test.fileBytes}
  dataset_size: ${rowBytes(train) + rowBytes(test)}
configs:
- config_name: digits
  data_files:
  - split: train
    path: digits/train-*
  - split: test
    path: digits/test-*
  default: true
---

# Atelier digits

Handwritten-looking digits, drawn by a program: 28×28, 8-bit grey PNG, ink bright on black as in MNIST; ${train.rows.length} train and ${test.rows.length} test rows.

| column | type | |
|---|---|---|
| \`image\` | struct \`{bytes: binary, path: string}\` | PNG file in \`bytes\`; \`path\` is null |
| \`label\` | int64, ClassLabel \`'0'\`…\`'9'\` | |

Made by \`generateDigits({ seed: ${seed}, train: ${train.rows.length}, test: ${test.rows.length} })\` of Atelier (common/data/digits), version ${version}: each picture is a
pure function of (seed, split, index). Ten rows in a row hold each class once, in random order. The schema, the layout and this card follow \`ylecun/mnist\`.
`;
}
