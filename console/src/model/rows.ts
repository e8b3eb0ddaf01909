// What of a long table is on the screen, and in which order its rows stand.
export interface Window {
  begin: number;
  end: number; // behind the last
}

/** Rows that can be seen, and some around them so that scrolling shows no gaps. */
export function window_of(scrolled: number, height: number, row_height: number, count: number, around = 8): Window {
  const first = Math.floor(Math.max(0, scrolled) / row_height);
  const begin = Math.min(Math.max(0, first - around), Math.max(0, count - 1));
  return { begin, end: Math.min(count, first + Math.ceil(height / row_height) + around) };
}

export type SortValue = string | number | bigint | null;

/** Nothing comes last, both ways; rows that are alike keep their order. */
export function sorted<T>(rows: readonly T[], value: (row: T) => SortValue, falling: boolean): T[] {
  const side = falling ? -1 : 1;
  return rows
    .map((row, at) => ({ row, at, value: value(row) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return a.value === b.value ? a.at - b.at : a.value === null ? 1 : -1;
      return a.value < b.value ? -side : a.value > b.value ? side : a.at - b.at;
    })
    .map((one) => one.row);
}
