import { describe, expect, it } from 'vitest';
import { segmentSms, toGsm } from '../../core/alert/index.ts';
import transliterations from './sms-gsm.json' with { type: 'json' };
import cases from './sms-segments.json' with { type: 'json' };

describe('segmentSms', () => {
  for (const { why, text, encoding, units, segments } of cases) {
    it(`${why}: ${segments} × ${encoding}`, () => {
      const whole = text.map(([part, times]) => String(part).repeat(Number(times))).join('');
      expect(segmentSms(whole)).toEqual({ encoding, units, segments });
    });
  }

  it('takes half of a surrogate pair as one unit', () => {
    expect(segmentSms('\ud83d')).toEqual({ encoding: 'UCS-2', units: 1, segments: 1 });
  });

  it('knows the default alphabet by its size: 128 codes, one of them the escape', () => {
    let single = 0;
    let double = 0;
    for (let code = 0; code < 0x3000; code += 1) {
      const { encoding, units } = segmentSms(String.fromCharCode(code));
      if (encoding === 'GSM-7' && units === 1) single += 1;
      if (encoding === 'GSM-7' && units === 2) double += 1;
    }
    expect([single, double]).toEqual([127, 10]);
  });
});

describe('toGsm', () => {
  for (const { why, text, gsm } of transliterations) {
    it(`${why}: ${text}`, () => expect(toGsm(text)).toBe(gsm));
  }
});
