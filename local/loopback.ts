import type { IncomingHttpHeaders } from 'node:http';

/**
 * Only loopback names, in Host and, where a browser sends one, in Origin: a page of the web that a person on this machine
 * reads must reach none of these servers, not through a name that it points here (DNS rebinding) either.
 */
export function isLoopback({ host, origin }: IncomingHttpHeaders): boolean {
  return isLoopbackUrl(`http://${host ?? ''}`) && (origin === undefined || isLoopbackUrl(origin));
}

function isLoopbackUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
