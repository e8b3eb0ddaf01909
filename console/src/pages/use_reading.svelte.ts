// A reading of the page that calls: it begins with the page, follows what `make` reads, and ends with it.
import { untrack } from 'svelte';

import { Reading, type ReadingSource } from '../model';
import { use_console } from './context';

export function use_reading<P>(make: () => ReadingSource<P>): Reading<P> {
  const reading = new Reading<P>(use_console().market);
  $effect(() => {
    const source = make();
    return untrack(() => reading.follow(source));
  });
  return reading;
}
