/** A piece of a text: a web address that may be followed, or whatever stands between two of them. */
export type Piece = { kind: 'text'; text: string } | { kind: 'link'; text: string; href: string };

/**
 * Cuts a plain text at its web addresses, as a mail program does. Only http and https are links. What closes a sentence is
 * not a part of the address before it, nor is a bracket that was opened before it.
 */
export function linkPieces(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(/\bhttps?:\/\/[^\s<>"\p{Cc}\p{Bidi_Control}]+/giu)) {
    const address = withoutClosing(found);
    const url = URL.parse(address);
    if (!url?.hostname) continue;
    if (index > end) pieces.push({ kind: 'text', text: text.slice(end, index) });
    pieces.push({ kind: 'link', text: address, href: url.href });
    end = index + address.length;
  }
  if (end < text.length) pieces.push({ kind: 'text', text: text.slice(end) });
  return pieces;
}

function withoutClosing(address: string): string {
  let kept = address;
  for (;;) {
    const last = kept.at(-1) ?? '';
    const opens = { ')': '(', ']': '[', '}': '{' }[last];
    const closesOwn = opens !== undefined && kept.split(opens).length >= kept.split(last).length;
    if (closesOwn || !/[.,;:!?'’”»)\]}…]/u.test(last)) return kept;
    kept = kept.slice(0, -1);
  }
}
