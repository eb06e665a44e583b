import { type FileMetaData, parquetSchema } from 'hyparquet';
import { z } from 'zod';
import { didYouMean, UserError } from '../../utils/index.js';

/** Which columns hold the images and their classes. */
export interface ImageColumns {
  image: string;
  label: string;
  /** The class names of the label column; undefined where the file has none. */
  classes: string[] | undefined;
}

const featuresSchema = z.object({
  info: z.object({
    features: z.record(
      z.string(),
      z.looseObject({ _type: z.string().optional(), names: z.array(z.string()).optional() }),
    ),
  }),
});

/**
 * Finds the image and label columns: by the feature types which `datasets` writes into the file's metadata (key `huggingface`), else by
 * the schema: a struct {bytes, path}, an integer column.
 *
 * @param choice columns named by the caller, for files with several.
 * @throws UserError with the file's columns where one is missing or the choice is not clear.
 */
export function findColumns(
  metadata: FileMetaData,
  file: string,
  choice: { image?: string; label?: string } = {},
): ImageColumns {
  const columns = parquetSchema(metadata).children;
  const names = columns.map((column) => column.element.name);
  const features = readFeatures(metadata);
  const ofType = (type: string) => names.filter((name) => features[name]?._type === type);
  const structs = columns
    .filter(({ children }) => children.some(({ element }) => element.name === 'bytes' && element.type === 'BYTE_ARRAY'))
    .map(({ element }) => element.name);
  const integers = columns
    .filter(({ element }) => element.type === 'INT64' || element.type === 'INT32')
    .map(({ element }) => element.name);
  const pick = (kind: 'image' | 'label', typed: string[], fitting: string[]): string => {
    const wanted = choice[kind];
    if (wanted !== undefined) {
      if (fitting.includes(wanted)) return wanted;
      const problem = names.includes(wanted)
        ? `column "${wanted}" holds no ${kind}s`
        : `there is no column "${wanted}"`;
      throw new UserError(`${file}: ${problem}.${didYouMean(wanted, names)} The columns are: ${names.join(', ')}.`);
    }
    const usable = typed.length > 0 ? typed : fitting;
    const best = usable.find((name) => name === kind) ?? usable[0];
    if (best === undefined) throw new UserError(`${file}: no ${kind} column. The columns are: ${names.join(', ')}.`);
    if (usable.length > 1 && best !== kind)
      throw new UserError(
        `${file}: several ${kind} columns (${usable.join(', ')}): name one with the option "${kind}".`,
      );
    return best;
  };
  const image = pick(
    'image',
    ofType('Image').filter((name) => structs.includes(name)),
    structs,
  );
  const label = pick(
    'label',
    ofType('ClassLabel').filter((name) => integers.includes(name)),
    integers,
  );
  return { image, label, classes: features[label]?.names };
}

function readFeatures(metadata: FileMetaData): Record<string, { _type?: string; names?: string[] }> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  if (text === undefined) return {};
  try {
    return featuresSchema.parse(JSON.parse(text)).info.features;
  } catch {
    // Another writer's idea of this key: the schema decides.
    return {};
  }
}
