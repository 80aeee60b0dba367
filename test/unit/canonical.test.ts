import { describe, expect, it } from 'vitest';
import { canonicalUrl, readUrl } from '../../core/article/index.ts';
import { TRACKING_NAMES, TRACKING_PREFIXES } from '../../core/article/tracking.ts';
import cases from './canonical-urls.json' with { type: 'json' };

describe('canonicalUrl', () => {
  for (const { url, canonical, reason, why } of cases) {
    it(`${JSON.stringify(url)}: ${why}`, () => {
      if (canonical === undefined) {
        expect(readUrl(url)).toEqual({ ok: false, reason });
        expect(() => canonicalUrl(url)).toThrow(new RangeError(reason));
      } else {
        expect(readUrl(url)).toEqual({ ok: true, url: canonical });
        expect(canonicalUrl(url)).toBe(canonical);
        expect(canonicalUrl(canonical)).toBe(canonical);
      }
    });
  }

  it('refuses one that is too long, with its length', () => {
    expect(readUrl(`https://post.example/${'a'.repeat(2028)}`)).toEqual({
      ok: false,
      reason: 'the address has 2049 characters; the most is 2048',
    });
    expect(readUrl(`https://post.example/${'a'.repeat(2027)}`).ok).toBe(true);
    expect(readUrl(`https://post.example/${'a'.repeat(2027)}?utm_source=${'x'.repeat(2000)}`).ok).toBe(true);
  });

  it('shows of a long wrong one the beginning, without what cannot be seen', () => {
    const { reason } = readUrl(`no\u202e address ${'x'.repeat(100_000)}`) as { reason: string };
    expect(reason).toMatch(/^“no address…”/);
    expect(reason.length).toBeLessThan(200);
  });
});

describe('the table of tracking parameters', () => {
  it('is in lower case, each once, each with whose it is', () => {
    const names = [...TRACKING_PREFIXES, ...TRACKING_NAMES].map(([name]) => name);
    expect(names).toEqual(names.map((name) => name.toLowerCase()));
    expect(new Set(names).size).toBe(names.length);
    for (const [, whose] of [...TRACKING_PREFIXES, ...TRACKING_NAMES]) expect(whose).not.toBe('');
  });
});
