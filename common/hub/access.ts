import type { HubRequest } from './request.js';
import { defaultRetryPolicy, type RetryContext, type RetryPolicy } from './retry.js';
import { type HubSettings, hubSettings } from './settings.js';

/** How to reach the Hub. Everything has a default: most callers give none of it. */
export type AccessOptions = {
  /** The Hub's address; HF_ENDPOINT or https://huggingface.co by default. */
  endpoint?: string;
  /** An access token (`hf_…`); HF_TOKEN by default. */
  token?: string;
  /** Aborted, the call throws the signal's reason. */
  signal?: AbortSignal;
  retry?: Partial<RetryPolicy>;
  /** Milliseconds of silence after which a connection counts as broken; 30,000 by default. */
  idleTimeout?: number;
};

/** How this call talks to the Hub: the options, the environment, the defaults. */
export type HubAccess = HubSettings & RetryContext & { idleTimeout: number };

/** The options completed by the environment and the defaults. Throws a UserError where HF_ENDPOINT or HF_TOKEN is malformed. */
export function hubAccess(options: AccessOptions, onRetry?: (note: string) => void): HubAccess {
  return {
    ...hubSettings(options),
    signal: options.signal,
    policy: { ...defaultRetryPolicy, ...options.retry },
    onRetry,
    idleTimeout: options.idleTimeout ?? 30_000,
  };
}

/** What every request has in common. */
export function requestOptions(access: HubAccess): HubRequest {
  return {
    token: access.token,
    tokenOrigin: new URL(access.endpoint).origin,
    signal: access.signal,
    idleTimeout: access.idleTimeout,
  };
}
