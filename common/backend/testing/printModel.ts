import { modelType } from '../onnxProto.js';

interface Decoded {
  graph: {
    node: { input: string[]; output: string[]; opType: string; domain: string; attribute: { name: string; type: number; f: number; i: string; s: Uint8Array; floats: number[]; ints: string[] }[] }[];
    initializer: { name: string; dims: string[]; dataType: number; rawData: Uint8Array }[];
    input: { name: string; type: { tensorType: { elemType: number; shape: { dim: { dimValue?: string; dimParam?: string }[] } } } }[];
    output: Decoded['graph']['input'];
  };
} // biome-ignore format: a schema

const types: Record<number, string> = { 1: 'float', 2: 'uint8', 6: 'int32', 7: 'int64', 9: 'bool', 12: 'uint32' };

function contents(dataType: number, raw: Uint8Array): string {
  const { buffer } = Uint8Array.from(raw);
  const list: string[] =
    dataType === 1
      ? Array.from(new Float32Array(buffer), String)
      : dataType === 7
        ? Array.from(new BigInt64Array(buffer), String)
        : dataType === 6
          ? Array.from(new Int32Array(buffer), String)
          : dataType === 12
            ? Array.from(new Uint32Array(buffer), String)
            : Array.from(raw, String);
  return list.length > 8 ? `${list.slice(0, 8).join(' ')} … ${list.length}` : list.join(' ');
}

/** An ONNX file as text, read back through the schema: one node a line, constants where they are used (or their names). For tests. */
export function printModel(bytes: Uint8Array, { names = false } = {}): string {
  // Decoding through the schema gives exactly these fields.
  const { graph } = modelType().toObject(modelType().decode(bytes), {
    longs: String,
    defaults: true,
    arrays: true,
  }) as Decoded;
  const constants = new Map(
    graph.initializer.map((c) => [c.name, `${types[c.dataType]}[${c.dims}]{${contents(c.dataType, c.rawData)}}`]),
  );
  const typed = ({ name, type: { tensorType } }: Decoded['graph']['input'][number]) =>
    `${name}: ${types[tensorType.elemType]}[${tensorType.shape.dim.map((d) => d.dimParam || d.dimValue)}]`;
  const lines = graph.node.map((node) => {
    const attrs = node.attribute.map((a) => {
      const value =
        a.type === 1
          ? a.f
          : a.type === 2
            ? a.i
            : a.type === 3
              ? Buffer.from(a.s).toString()
              : a.type === 6
                ? a.floats
                : a.ints;
      return `${a.name}=${Array.isArray(value) ? `[${value}]` : value}`;
    });
    const inputs = node.input.map((name) => (names ? undefined : constants.get(name)) ?? name);
    const domain = node.domain === '' ? '' : `${node.domain}.`;
    return `  ${node.output.join(', ')} = ${domain}${node.opType}(${inputs.join(', ')})${attrs.length > 0 ? ` ${attrs.join(' ')}` : ''}`;
  });
  return [`(${graph.input.map(typed).join(', ')})`, ...lines, `  return ${graph.output.map(typed).join(', ')}`].join(
    '\n',
  );
}
