import { z } from 'zod';
import type { StateDict, StateTensor } from '../nn/index.js';
import { UserError } from '../utils/index.js';
import type { ImageTask, SpecOf } from './spec.js';

/** What is read of the config.json of transformers' ViTForImageClassification. */
const configSchema = z.object({
  model_type: z.literal('vit'),
  hidden_size: z.number(),
  intermediate_size: z.number(),
  num_hidden_layers: z.number(),
  num_attention_heads: z.number(),
  image_size: z.number(),
  patch_size: z.number(),
  num_channels: z.number(),
  layer_norm_eps: z.number(),
  hidden_act: z.literal('gelu'),
  qkv_bias: z.literal(true).default(true),
  hidden_dropout_prob: z.number().default(0),
  attention_probs_dropout_prob: z.number().default(0),
  id2label: z.record(z.string(), z.string()),
});

export interface HubVit {
  spec: SpecOf<'vit'>;
  task: ImageTask;
  labels: string[];
  /** The weights under this project's (timm's) names, for `loadStateDict`. */
  state: StateDict;
}

/**
 * Converts a Vision Transformer as the Hugging Face Hub has it (transformers' ViTForImageClassification) to this project's.
 *
 * @param config the parsed config.json. @param tensors the tensors of model.safetensors, by their names there.
 * @throws UserError where the config is not such a model's, or a tensor of it is missing.
 */
export function convertHubVit(config: unknown, tensors: StateDict): HubVit {
  const parsed = configSchema.safeParse(config);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new UserError(`config.json is not that of a ViT classifier: ${issue?.path.join('.')}: ${issue?.message}.`);
  }
  const c = parsed.data;
  const labels = Object.keys(c.id2label).map((_, i) => c.id2label[String(i)] ?? String(i));
  const take = (name: string): StateTensor => {
    const tensor = tensors.get(name);
    if (!tensor) throw new UserError(`model.safetensors has no tensor ${name}, which a ViT classifier needs.`);
    return tensor;
  };
  const state: StateDict = new Map();
  const both = (ours: string, theirs: string) => {
    for (const part of ['weight', 'bias']) state.set(`${ours}.${part}`, take(`${theirs}.${part}`));
  };
  state.set('cls_token', take('vit.embeddings.cls_token'));
  state.set('pos_embed', take('vit.embeddings.position_embeddings'));
  both('patch_embed.proj', 'vit.embeddings.patch_embeddings.projection');
  for (let i = 0; i < c.num_hidden_layers; i++) {
    const theirs = `vit.encoder.layer.${i}`;
    const ours = `blocks.${i}`;
    both(`${ours}.norm1`, `${theirs}.layernorm_before`);
    for (const part of ['weight', 'bias'])
      state.set(
        `${ours}.attn.qkv.${part}`,
        stack(['query', 'key', 'value'].map((role) => take(`${theirs}.attention.attention.${role}.${part}`))),
      );
    both(`${ours}.attn.proj`, `${theirs}.attention.output.dense`);
    both(`${ours}.norm2`, `${theirs}.layernorm_after`);
    both(`${ours}.mlp.fc1`, `${theirs}.intermediate.dense`);
    both(`${ours}.mlp.fc2`, `${theirs}.output.dense`);
  }
  both('norm', 'vit.layernorm');
  both('head', 'classifier');
  return {
    spec: {
      name: 'vit',
      patch: c.patch_size,
      dim: c.hidden_size,
      depth: c.num_hidden_layers,
      heads: c.num_attention_heads,
      mlpRatio: c.intermediate_size / c.hidden_size,
      dropout: c.hidden_dropout_prob,
      attentionDropout: c.attention_probs_dropout_prob,
      dropPath: 0,
      eps: c.layer_norm_eps,
    },
    task: { classes: labels.length, channels: c.num_channels, size: c.image_size },
    labels,
    state,
  };
}

/** Tensors one below the other along the first axis. */
function stack(parts: StateTensor[]): StateTensor {
  const [first] = parts;
  if (!first) throw new Error('nothing to stack');
  const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data, Number)));
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
  return { dtype: 'float32', shape: [rows, ...first.shape.slice(1)], data };
}
