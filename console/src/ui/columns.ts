// What a table shows: of a row, its text in each column. The same text goes into the CSV.
import type { SortValue } from '../model';

export interface Column<T> {
  id: string;
  title: string;
  text: (row: T) => string;
  sort?: (row: T) => SortValue; // a column that may order the rows
  number?: boolean;
  width?: string; // of CSS grid; 1fr if absent
  csv?: (row: T) => string; // where the file should say more exactly
}
