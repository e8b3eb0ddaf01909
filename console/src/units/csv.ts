// Tables as files of comma-separated values (RFC 4180).

// A spreadsheet takes a cell that begins so for a formula; in Chinese also where the sign is a wide one.
const kFormula = /^[=+\-@\t\r\n＝＋－＠]/;
const kNumber = /^[+-]?\d+(\.\d+)?%?$/;

function cell(value: string): string {
  const safe = kFormula.test(value) && !kNumber.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** With a mark of its encoding, without which Excel garbles Chinese. */
export const csv_text = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  '\uFEFF' + [head, ...rows].map((row) => row.map(cell).join(',') + '\r\n').join('');
