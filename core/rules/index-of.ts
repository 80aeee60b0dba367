import { buildIndex, type Rule, type WatchIndex } from '../matcher/index.ts';
import type { LeftOut } from './read-rules.ts';
import { readId } from './rule-id.ts';

/**
 * An index of the rules. Should one of them be such that no index can be built with it, which only a fault of ours can make it, it is
 * left out and named: one query of a stranger must not end everybody's alerts.
 */
export function indexOf(rules: readonly Rule[]): { index: WatchIndex; leftOut: LeftOut[] } {
  try {
    return { index: buildIndex(rules), leftOut: [] };
  } catch (error) {
    const leftOut: LeftOut[] = [];
    const good = rules.filter((rule) => {
      try {
        return buildIndex([rule]).size === 1;
      } catch (reason) {
        leftOut.push({ name: readId(rule.id).name, reason: String(reason) });
        return false;
      }
    });
    // Together alone they fail: nothing is gained by leaving any of them out.
    if (leftOut.length === 0) throw error;
    return { index: buildIndex(good), leftOut };
  }
}
