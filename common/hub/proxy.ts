import type { Dispatcher } from 'undici';

type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'] as const;

let agents: { key: string; dispatcher: Promise<{ fetch: Fetch }> } | undefined;

/**
 * The `fetch` for an address: Node's own, or where HTTPS_PROXY or HTTP_PROXY is set (and NO_PROXY does not exclude the host) one that
 * goes through the proxy, which Node's does not. This machine itself is never asked through a proxy.
 */
export async function fetchFor(url: URL): Promise<Fetch> {
  const key = [...names, 'no_proxy', 'NO_PROXY'].map((name) => process.env[name] ?? '').join(' ');
  if (!names.some((name) => process.env[name]) || isLoopback(url.hostname)) return fetch;
  if (agents?.key !== key) agents = { key, dispatcher: throughProxy() };
  return (await agents.dispatcher).fetch;
}

async function throughProxy(): Promise<{ fetch: Fetch }> {
  const undici = await import('undici');
  const dispatcher: Dispatcher = new undici.EnvHttpProxyAgent();
  return {
    fetch: async (url, { headers, body, ...init }) => {
      const plain = Object.fromEntries(new Headers(headers).entries());
      const text = typeof body === 'string' ? body : undefined;
      const { method, redirect, signal } = init;
      const answer = await undici.fetch(url, { method, redirect, signal, headers: plain, body: text, dispatcher });
      const { status, statusText } = answer;
      // One class at run time; undici's types and Node's describe it differently.
      const content = answer.body as ReadableStream<Uint8Array> | null;
      return new Response(content, { status, statusText, headers: [...answer.headers] });
    },
  };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}
