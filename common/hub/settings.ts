import { UserError } from '../utils/index.js';

export type HubSettings = { endpoint: string; token: string | undefined; offline: boolean };

/**
 * Where the Hub is and who asks: options first, then HF_ENDPOINT (default https://huggingface.co), HF_TOKEN and HF_HUB_OFFLINE,
 * as Python's huggingface_hub reads them. Throws a UserError, which never repeats the token.
 */
export function hubSettings(options: { endpoint?: string; token?: string } = {}): HubSettings {
  const text = options.endpoint ?? (process.env.HF_ENDPOINT?.trim() || 'https://huggingface.co');
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new UserError(
      `${options.endpoint === undefined ? 'HF_ENDPOINT' : 'endpoint'} is "${text}", which is no http(s) address. Expected something like https://huggingface.co`,
    );
  const token = options.token?.trim() || process.env.HF_TOKEN?.trim() || undefined;
  if (token !== undefined && !/^hf_[\x21-\x7e]+$/.test(token))
    throw new UserError(
      `${options.token === undefined ? 'HF_TOKEN' : 'token'} is no access token of the Hub: it must begin with "hf_". ` +
        'Make one at https://huggingface.co/settings/tokens, or unset it to download public repositories.',
    );
  return { endpoint: text.replace(/\/+$/, ''), token, offline: isOffline() };
}

/** True where HF_HUB_OFFLINE says so (1, true, yes, on). */
export function isOffline(): boolean {
  return /^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE?.trim() ?? '');
}
