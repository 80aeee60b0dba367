/** In an index a tag's rule is `#china`, and a subscriber's own query `?china`: what an article met says which of the two it was. */
const TAG = '#';
const OWN = '?';

/** The ids under which a rule of that name may stand in an index. */
export function idsOf(name: string): { tag: string; own: string } {
  return { tag: TAG + name, own: OWN + name };
}

/** The name behind an id, and whether it is a subscriber's own query. */
export function readId(id: string): { name: string; own: boolean } {
  return { name: id.slice(1), own: id.startsWith(OWN) };
}
