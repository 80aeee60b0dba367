import { describe, expect, it } from 'vitest';
import { formatAddress, readAddress } from '../../core/subscriber/index.ts';
import emails from './email-addresses.json' with { type: 'json' };
import numbers from './phone-numbers.json' with { type: 'json' };

interface Case {
  why: string;
  text: string;
  to?: string;
  country?: string;
  reason?: string;
}

describe('readAddress: phone numbers', () => {
  for (const { why, text, to, country, reason } of numbers.cases as Case[]) {
    it(`${why}: ${text}`, () => {
      const read = readAddress(text, { countries: numbers.countries });
      if (to !== undefined) expect(read).toEqual({ ok: true, channel: 'sms', to, country });
      else expect(read).toEqual({ ok: false, reason: expect.stringContaining(reason ?? '?') });
    });
  }

  it('takes the list of countries as it stands in a configuration', () => {
    const text = '+44 7700 900123';
    expect(readAddress(text, { countries: [' gb', ''] }).ok).toBe(true);
    expect(readAddress(text, { countries: [] })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('none are'),
    });
    expect(readAddress(text, { countries: ['JE'] }).ok).toBe(false);
  });

  it('does not hang on a long text', () => {
    expect(readAddress(`+${'4'.repeat(200_000)}`, { countries: ['GB'] }).ok).toBe(false);
    expect(readAddress(`${'a'.repeat(200_000)}@${'b.'.repeat(100_000)}org`, { countries: ['GB'] }).ok).toBe(false);
  });
});

describe('readAddress: email', () => {
  for (const { why, text, to, reason } of emails as Case[]) {
    it(`${why}: ${JSON.stringify(text).slice(0, 60)}`, () => {
      const read = readAddress(text, { countries: [] });
      if (to !== undefined) expect(read).toEqual({ ok: true, channel: 'email', to });
      else expect(read).toEqual({ ok: false, reason: expect.stringContaining(reason ?? '?') });
    });
  }
});

describe('formatAddress', () => {
  it('spaces a number as it is read, and leaves an email', () => {
    expect(formatAddress('sms', '+447700900123')).toBe('+44 7700 900123');
    expect(formatAddress('sms', '+12015550123')).toBe('+1 201 555 0123');
    expect(formatAddress('email', 'ana@example.org')).toBe('ana@example.org');
    expect(formatAddress('sms', 'nonsense')).toBe('nonsense');
  });
});
