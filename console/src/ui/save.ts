import { csv_text } from '../units';
import type { Column } from './columns';

/** Hands the reader a file. */
export function save_text(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

/** A table as a file of comma-separated values. */
export function save_table<T>(name: string, columns: readonly Column<T>[], rows: readonly T[]): void {
  save_text(`${name}.csv`, 'text/csv', csv_text(columns.map((column) => column.title), rows.map((row) => columns.map((column) => (column.csv ?? column.text)(row)))));
}
