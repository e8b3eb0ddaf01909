import { expect, test } from 'vitest';

import { kEmpty, with_piece, type LogView } from './log';

const base64url = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
const whole = new TextEncoder().encode('损失 0.4 · done\n');
const piece = (from: number, to: number, ended = false) => ({ contract: 'C-1', stream: 'stdout' as const, offset: from, size: whole.length, ended, bytes: base64url(whole.subarray(from, to)) });

test('pieces are one text wherever they are cut, even in the middle of a letter', () => {
  for (let cut = 0; cut <= whole.length; cut++) {
    const decoder = new TextDecoder();
    const half = with_piece(kEmpty, piece(0, cut), decoder, true);
    const view = with_piece(half, piece(cut, whole.length, true), decoder, false);
    expect(view).toEqual({ text: '损失 0.4 · done\n', next: whole.length, cut: false, over: true });
  }
});
test('what is not kept any more is told, and a stream that was begun anew begins anew', () => {
  const later: LogView = with_piece({ ...kEmpty, next: 2 }, piece(9, 11), new TextDecoder(), false);
  expect([later.cut, later.next, later.over]).toEqual([true, 11, false]);
  expect(with_piece(kEmpty, piece(9, 11), new TextDecoder(), true).cut).toBe(true);
  expect(with_piece({ text: 'old', next: 50, cut: true, over: false }, piece(0, 6), new TextDecoder(), false)).toMatchObject({ text: '损失', cut: false });
});
