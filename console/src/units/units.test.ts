import { describe, expect, test } from 'vitest';

import {
  csv_text, format_countdown, format_day, format_duration, format_energy, format_megabytes, format_money, format_money_short,
  format_ppm, format_share, format_time, format_typed_time, format_zone, micro, money_of, parse_money, parse_time, parse_typed_time, preferred, time_of, wire_money, wire_time,
} from '.';

describe('money', () => {
  test('keeps every micro-yuan that the wire can hold', () => {
    const most = '9999999999999.999999';
    expect(wire_money(money_of({ amount: most, currency: 'CNY' })).amount).toBe(most);
    expect(wire_money(micro(-1n)).amount).toBe('-0.000001');
    expect(wire_money(micro(0n)).amount).toBe('0.00');
  });
  test('is read strictly', () => {
    for (const wrong of ['', '1,000', '1e3', '.5', '1.', '0x1', '1.0000001', 'NaN', '12345678901234']) expect(parse_money(wrong)).toBeNull();
    expect(parse_money(' -3.5 ')).toBe(-3_500_000n);
  });
  test('is shown with what separates thousands, and rounded half away from zero', () => {
    expect(format_money(micro(1_234_567_890_000n), 'zh')).toBe('¥1,234,567.89');
    expect(format_money(micro(-1_500_050n), 'en')).toBe('−¥1.5001');
    expect(format_money(micro(-40n), 'en')).toBe('¥0.00');
    expect(format_money(micro(9_007_199_254_740_993_000_000n), 'en', [0, 0])).toBe('¥9,007,199,254,740,993');
    expect(format_money_short(micro(123_456_000_000n), 'zh')).toBe('¥12.3万');
    expect(format_money_short(micro(-123_456_000_000n), 'en')).toBe('−¥123k');
  });
});

describe('time', () => {
  test('is that of the exchange, whatever the zone of the machine', () => {
    const moment = time_of('2026-11-28T01:06:40+08:00');
    expect(moment).toEqual({ unix: Date.UTC(2026, 10, 27, 17, 6, 40) / 1000, zone: 28_800 });
    expect(format_time(moment)).toBe('2026-11-28 01:06:40');
    expect(wire_time(moment)).toBe('2026-11-28T01:06:40+08:00');
    expect(format_zone(moment)).toBe('UTC+8');
    expect(format_zone(time_of('2026-11-28T01:06-03:30'))).toBe('UTC−3:30');
    expect(format_day(moment, 'zh')).toContain('11月28日');
    expect(parse_time('2026-11-28 01:06')).toBeNull();
    for (const none of ['2026-13-28T01:06Z', '2026-02-31T01:06Z', '2026-02-28T24:00Z']) expect(parse_time(none)).toBeNull();
  });
  test('is read as people type it', () => {
    for (const text of ['2026-12-01 08:00', '2026-12-01T08:00', '2026/12/1 8:00', '2026年12月1日 08：00', ' 2026.12.01 08:00:30 ']) expect(parse_typed_time(text)).toBe('2026-12-01T08:00');
    expect(parse_typed_time('2026-12-01')).toBe('2026-12-01T00:00');
    for (const wrong of ['', '12/01/2026 08:00', '2026-02-31 08:00', '2026-12-01 24:30', '2026-13-01', 'tomorrow']) expect(parse_typed_time(wrong)).toBeNull();
    expect(format_typed_time('2026-12-01T08:00')).toBe('2026-12-01 08:00');
  });
  test('durations have their two largest units', () => {
    expect(format_duration(11_525, 'en')).toBe('3 hrs 12 mins');
    expect(format_duration(86_400, 'zh')).toBe('1天');
    expect(format_duration(0, 'en')).toBe('0 secs');
    expect(format_countdown(3_725.2)).toBe('1:02:06');
    expect(format_countdown(-5)).toBe('0:00');
  });
});

test('numbers follow the language', () => {
  expect(format_share(0.9342, 'en')).toBe('93.4%');
  expect(format_ppm(1234, 'zh')).toBe('0.1234%');
  expect(format_megabytes(5_400_000n, 'en')).toBe('5.4 TB');
  expect(format_energy(999_900n, 'en')).toBe('1 MWh');
  expect(preferred(['fr-FR', 'zh-TW', 'en'])).toBe('zh');
  expect(preferred([])).toBe('en');
});

test('tables of strangers are no formulas', () => {
  expect(csv_text(['a'], [['＝1+1'], ['＠x'], ['\n=1'], ['−¥1']])).toBe('\uFEFFa\r\n\'＝1+1\r\n\'＠x\r\n"\'\n=1"\r\n−¥1\r\n');
  expect(csv_text(['a', 'b'], [['=1+1', '-1.5'], ['x"y', '一,二']])).toBe('\uFEFFa,b\r\n\'=1+1,-1.5\r\n"x""y","一,二"\r\n');
});
