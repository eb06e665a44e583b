import * as z from 'zod';

/** Text as it stands in files: whole, or a list of its lines. */
const text = z.union([z.string(), z.array(z.string())], { error: 'must be text or a list of lines' });
const joined = text.transform((value) => (typeof value === 'string' ? value : value.join('')));
const metadata = z.record(z.string(), z.unknown());
const count = z.int().min(0).nullable();

export const isJsonMime = (type: string): boolean =>
  type === 'application/json' || (type.startsWith('application/') && type.endsWith('+json'));

/** Lists of lines become text; JSON types stay as they are. */
const mimeData = metadata.transform((data) =>
  Object.fromEntries(
    Object.entries(data).map(([type, value]) => [
      type,
      !isJsonMime(type) && Array.isArray(value) && value.every((line) => typeof line === 'string')
        ? value.join('')
        : value,
    ]),
  ),
);

const output = z.discriminatedUnion('output_type', [
  z.strictObject({ output_type: z.literal('stream'), name: z.string(), text: joined }),
  z.strictObject({ output_type: z.literal('display_data'), data: mimeData, metadata }),
  z.strictObject({ output_type: z.literal('execute_result'), data: mimeData, metadata, execution_count: count }),
  z.strictObject({
    output_type: z.literal('error'),
    ename: z.string(),
    evalue: z.string(),
    traceback: z.array(z.string()),
  }),
]);

const id = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, - and _')
  .optional();
const cellMetadata = metadata.superRefine(({ tags }, context) => {
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === 'string' && tag !== '')))
    context.addIssue({ code: 'custom', path: ['tags'], message: 'must be a list of words' });
});
const attachments = z.record(z.string(), mimeData).optional();

const cell = z.discriminatedUnion('cell_type', [
  z.strictObject({
    cell_type: z.literal('code'),
    id,
    metadata: cellMetadata,
    source: joined,
    outputs: z.array(output),
    execution_count: count,
  }),
  z.strictObject({ cell_type: z.literal('markdown'), id, metadata: cellMetadata, source: joined, attachments }),
  z.strictObject({ cell_type: z.literal('raw'), id, metadata: cellMetadata, source: joined, attachments }),
]);

/** nbformat 4.0 to 4.5; ids of cells, which came with 4.5, may be missing. */
export const notebookSchema = z.object({
  nbformat: z.literal(4),
  nbformat_minor: z.int().min(0),
  metadata,
  cells: z.array(cell),
});
