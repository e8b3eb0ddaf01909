import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Failure, type StreamMoment } from '../api';
import { Reading, type Listener } from '.';

const moment = (type: string): StreamMoment => ({ sequence: '1', events: [{ type, sequence: '1', part: 0, at: '2026-04-13T08:00:00+08:00' } as never] });

class Pulse {
  paused = false;
  heard: Listener[] = [];
  listen(hear: Listener) {
    this.heard.push(hear);
    return () => { this.heard = this.heard.filter((one) => one !== hear); };
  }
  beat(what: StreamMoment | null) {
    for (const hear of this.heard) hear(what);
  }
}

describe('a reading', () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });
  const made = (answers: (() => Promise<number>)[]) => {
    const pulse = new Pulse();
    const reading = new Reading<number>(pulse, 100);
    let reads = 0;
    const source = { concerns: (one: StreamMoment) => one.events.some((event) => String(event.type) === 'mine'), read: () => (answers[reads++] ?? (() => Promise.resolve(reads)))() };
    const leave = reading.follow(source);
    return { pulse, reading, leave, reads: () => reads };
  };

  test('comes at once, and again after a rest when something concerns it', async () => {
    const { pulse, reading, reads } = made([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(reading.picture).toBe(1);
    pulse.beat(moment('other'));
    await vi.advanceTimersByTimeAsync(500);
    expect(reads()).toBe(1);
    for (let at = 0; at < 50; at++) pulse.beat(moment('mine'));
    await vi.advanceTimersByTimeAsync(100);
    expect(reads()).toBe(2);
    pulse.beat(null); // some were missed
    await vi.advanceTimersByTimeAsync(100);
    expect(reading.picture).toBe(3);
  });
  test('is asked for once more where something happens while it is made', async () => {
    let finish: (value: number) => void = () => {};
    const { pulse, reading, reads } = made([() => new Promise((done) => { finish = done; })]);
    pulse.beat(moment('mine'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(reads()).toBe(1); // readings do not overlap
    finish(7);
    await vi.advanceTimersByTimeAsync(0);
    expect(reading.picture).toBe(7);
    await vi.advanceTimersByTimeAsync(100);
    expect(reads()).toBe(2);
  });
  test('rests while paused, and goes on afterwards', async () => {
    const { pulse, reads } = made([]);
    await vi.advanceTimersByTimeAsync(0);
    pulse.beat(moment('mine'));
    pulse.paused = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(reads()).toBe(1);
    pulse.paused = false;
    await vi.advanceTimersByTimeAsync(100);
    expect(reads()).toBe(2);
  });
  test('keeps its picture through a failure, and tries again what may pass', async () => {
    const busy = new Failure('unavailable', { status: 503, title: 'busy' });
    const { pulse, reading, reads } = made([() => Promise.resolve(1), () => Promise.reject(busy)]);
    await vi.advanceTimersByTimeAsync(0);
    pulse.beat(moment('mine'));
    await vi.advanceTimersByTimeAsync(100);
    expect([reading.picture, reading.failure]).toEqual([1, busy]);
    await vi.advanceTimersByTimeAsync(100);
    expect([reads(), reading.failure]).toEqual([3, null]);
  });
  test('leaves what it cannot have, and stops with its page', async () => {
    const { pulse, reading, reads, leave } = made([() => Promise.reject(new Failure('forbidden', { status: 403, title: 'no' }))]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([reads(), reading.picture, reading.failure?.code]).toEqual([1, null, 'forbidden']);
    leave();
    pulse.beat(moment('mine'));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(reads()).toBe(1);
  });
});
