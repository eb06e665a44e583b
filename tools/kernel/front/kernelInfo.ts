import { protocolVersion } from '../wire/index.js';

/** What kernel_info_reply says. */
export function kernelInfo(): Record<string, unknown> {
  return {
    status: 'ok',
    protocol_version: protocolVersion,
    implementation: 'atelier',
    implementation_version: '0.1.0',
    language_info: {
      name: 'typescript',
      version: '5.0',
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: 'typescript',
      nbconvert_exporter: 'script',
    },
    banner: `Atelier: TypeScript on Node ${process.version}`,
    debugger: false,
    supported_features: [],
    help_links: [
      { text: 'TypeScript', url: 'https://www.typescriptlang.org/docs/' },
      { text: 'Node.js', url: 'https://nodejs.org/docs/latest/api/' },
    ],
  };
}
