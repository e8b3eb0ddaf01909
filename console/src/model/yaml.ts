// The YAML of job files: enough to read them, and to change one value while everything else in the
// text (comments, order, what the console does not know) stays as its writer left it.
//
// The text is the only model; a tree holds where each value stands in it. Read are mappings, lists,
// plain and quoted scalars on one line, blocks of text (| and >), and flow collections. Anchors,
// tags, plain scalars over several lines and further documents are refused with their line, so that
// nothing is read otherwise than `tongsuan submit` would.

export type YamlFaultCode =
  | 'tab' | 'indent' | 'entry' | 'twice' | 'quote' | 'flow' | 'anchor' | 'lines' | 'document' | 'deep' | 'large';
export class YamlFault extends Error {
  constructor(readonly code: YamlFaultCode, readonly line: number) {
    super(`${code} at line ${line}`);
  }
}

interface Span {
  readonly begin: number; // in the text
  readonly end: number; // behind the last character
}
export type YamlNode = YamlScalar | YamlMap | YamlList;
export interface YamlScalar extends Span {
  readonly kind: 'scalar';
  readonly text: string;
  readonly plain: boolean; // not quoted
}
export interface YamlMap extends Span {
  readonly kind: 'map';
  readonly flow: boolean;
  readonly indent: number;
  readonly entries: YamlEntry[];
}
export interface YamlList extends Span {
  readonly kind: 'list';
  readonly items: YamlNode[];
}
export interface YamlEntry extends Span {
  readonly key: string;
  readonly value: YamlNode;
}

const kBytesMax = 1 << 16;
const kDepthMax = 16;

interface Line {
  indent: number;
  begin: number; // of its first character that is no blank
  end: number;
  readonly number: number;
}

class Reader {
  readonly #lines: Line[] = [];
  #at = 0;
  constructor(private readonly text: string) {
    if (text.length > kBytesMax) throw new YamlFault('large', 1);
    let begin = 0;
    for (const [index, line] of text.split('\n').entries()) {
      const content = line.trimStart();
      const indent = line.length - content.length;
      if (content && !content.startsWith('#')) {
        if (line.slice(0, indent).includes('\t')) throw new YamlFault('tab', index + 1);
        this.#lines.push({ indent, begin: begin + indent, end: begin + line.trimEnd().length, number: index + 1 });
      }
      begin += line.length + 1;
    }
  }

  whole(): YamlNode {
    if (this.#line && this.#content(this.#line) === '---') this.#at++;
    const first = this.#line;
    if (!first) return { kind: 'map', flow: false, indent: 0, entries: [], begin: this.text.length, end: this.text.length };
    const node = this.#block(first.indent, 0);
    if (this.#line) throw new YamlFault(/^(---|\.\.\.)/.test(this.#content(this.#line)) ? 'document' : 'indent', this.#line.number);
    return node;
  }

  get #line(): Line | undefined {
    return this.#lines[this.#at];
  }
  #content(line: Line): string {
    return this.text.slice(line.begin, line.end);
  }
  #number(at: number): number {
    return this.text.slice(0, at).split('\n').length;
  }

  #block(indent: number, depth: number): YamlNode {
    const line = this.#line;
    if (!line) throw new YamlFault('entry', 1);
    if (depth > kDepthMax) throw new YamlFault('deep', line.number);
    if (/^-(\s|$)/.test(this.#content(line))) return this.#list(indent, depth);
    return this.#map(indent, depth);
  }

  #list(indent: number, depth: number): YamlList {
    const items: YamlNode[] = [];
    const begin = this.#line?.begin ?? 0;
    let end = begin;
    for (let line = this.#line; line && line.indent === indent && /^-(\s|$)/.test(this.#content(line)); line = this.#line) {
      const rest = this.#content(line).slice(1);
      const offset = rest.length - rest.trimStart().length + 1;
      let item: YamlNode;
      if (!rest.trim()) {
        this.#at++;
        item = this.#below(indent, line.end, depth);
      } else if (/^[^\s{["'][^:]*:(\s|$)/.test(rest.trimStart())) {
        // The first entry of a mapping stands behind the dash.
        line.begin += offset;
        line.indent = indent + offset;
        item = this.#map(line.indent, depth + 1);
      } else item = this.#inline(line, line.begin + offset, indent, depth);
      items.push(item);
      end = item.end;
    }
    return { kind: 'list', items, begin, end };
  }

  #map(indent: number, depth: number): YamlMap {
    const entries: YamlEntry[] = [];
    const begin = this.#line?.begin ?? 0;
    for (let line = this.#line; line && line.indent === indent; line = this.#line) {
      const content = this.#content(line);
      if (/^(---|\.\.\.)(\s|$)/.test(content)) break;
      const found = /^("[^"]*"|'[^']*'|[^\s:#{}[\],&*!|>'"%@`-][^:#]*?)\s*:(\s+|$)/.exec(content);
      if (!found) throw new YamlFault('entry', line.number);
      const [all, name = ''] = found;
      const key = name.replace(/^(["'])(.*)\1$/, '$2');
      if (entries.some((one) => one.key === key)) throw new YamlFault('twice', line.number);
      const rest = content.slice(all.length);
      const entry_begin = line.begin;
      let value: YamlNode;
      if (!rest || rest.startsWith('#')) {
        this.#at++;
        value = this.#below(indent, entry_begin + all.trimEnd().length, depth);
      } else value = this.#inline(line, line.begin + all.length, indent, depth);
      entries.push({ key, value, begin: entry_begin, end: Math.max(value.end, entry_begin + all.trimEnd().length) });
    }
    const line = this.#line;
    if (line && line.indent > indent) throw new YamlFault('indent', line.number);
    return { kind: 'map', flow: false, indent, entries, begin, end: entries.at(-1)?.end ?? begin };
  }

  // What stands below a key or dash; nothing is an empty scalar there.
  #below(indent: number, at: number, depth: number): YamlNode {
    const line = this.#line;
    const is_list = line && line.indent === indent && /^-(\s|$)/.test(this.#content(line));
    if (line && (line.indent > indent || is_list)) return this.#block(line.indent, depth + 1);
    return { kind: 'scalar', text: '', plain: true, begin: at, end: at };
  }

  #inline(line: Line, begin: number, indent: number, depth: number): YamlNode {
    const first = this.text[begin] ?? '';
    if (first === '|' || first === '>') return this.#literal(line, begin, indent);
    if (first === '{' || first === '[') {
      const node = this.#flow(begin, depth + 1);
      const last = this.#number(node.end);
      while (this.#line && this.#line.number <= last) this.#at++;
      this.#nothing_behind(node.end, last);
      return node;
    }
    this.#at++;
    const next = this.#line;
    if (next && next.indent > indent) throw new YamlFault(first === '"' || first === "'" ? 'indent' : 'lines', next.number);
    if (first === '"' || first === "'") {
      const node = this.#quoted(begin);
      this.#nothing_behind(node.end, line.number);
      return node;
    }
    return this.#plain(begin, line.end, line.number);
  }

  #nothing_behind(at: number, number: number): void {
    const end = this.text.indexOf('\n', at);
    const rest = this.text.slice(at, end < 0 ? undefined : end).trim();
    if (rest && !rest.startsWith('#')) throw new YamlFault('flow', number);
  }

  #plain(begin: number, line_end: number, number: number): YamlScalar {
    const raw = this.text.slice(begin, line_end);
    const comment = raw.search(/\s#/);
    const text = (comment < 0 ? raw : raw.slice(0, comment)).trimEnd();
    if (/^[&*!]/.test(text)) throw new YamlFault('anchor', number);
    if (/^([@`%]|[-?](\s|$))/.test(text) || /:(\s|$)/.test(text)) throw new YamlFault('entry', number);
    return { kind: 'scalar', text: text === '~' || text === 'null' ? '' : text, plain: true, begin, end: begin + text.length };
  }

  #quoted(begin: number): YamlScalar {
    const mark = this.text[begin];
    let text = '';
    for (let at = begin + 1; at < this.text.length; at++) {
      const one = this.text[at];
      if (one === '\n') break;
      if (one === mark) {
        if (mark === "'" && this.text[at + 1] === "'") {
          text += "'";
          at++;
          continue;
        }
        return { kind: 'scalar', text, plain: false, begin, end: at + 1 };
      }
      if (mark === '"' && one === '\\') {
        const escaped = this.text[++at] ?? '';
        const known: Record<string, string> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', '/': '/' };
        if (!(escaped in known)) throw new YamlFault('quote', this.#number(begin));
        text += known[escaped];
      } else text += one;
    }
    throw new YamlFault('quote', this.#number(begin));
  }

  // | keeps line ends, > folds them; "-" behind it drops the last one.
  #literal(line: Line, begin: number, indent: number): YamlScalar {
    const header = /^([|>])([+-]?)\s*(#.*)?$/.exec(this.text.slice(begin, line.end));
    if (!header) throw new YamlFault('entry', line.number);
    this.#at++;
    const rows = this.text.split('\n');
    const taken: string[] = [];
    let own: number | null = null;
    let number = line.number;
    for (; number < rows.length; number++) {
      const row = rows[number] ?? '';
      const here = row.length - row.trimStart().length;
      if (row.trim() && here <= indent) break;
      if (row.trim()) own ??= here;
      if (row.trim() && here < (own ?? 0)) throw new YamlFault('indent', number + 1);
      taken.push(row.replace(/\r$/, ''));
    }
    while (taken.at(-1)?.trim() === '') taken.pop();
    const last = line.number + taken.length;
    while (this.#line && this.#line.number <= last) this.#at++;
    const inner = taken.map((row) => row.slice(own ?? 0));
    // What folds otherwise than into one line (blank lines, lines further in) is for |.
    const odd = header[1] === '>' ? inner.findIndex((row) => /^(\s|$)/.test(row)) : -1;
    if (odd >= 0) throw new YamlFault('lines', line.number + 1 + odd);
    const joined = header[1] === '>' ? inner.join(' ') : inner.join('\n');
    const end = rows.slice(0, last).join('\n').length;
    return { kind: 'scalar', text: joined && header[2] !== '-' ? `${joined}\n` : joined, plain: false, begin, end };
  }

  #flow(begin: number, depth: number): YamlMap | YamlList {
    if (depth > kDepthMax) throw new YamlFault('deep', this.#number(begin));
    const is_map = this.text[begin] === '{';
    const close = is_map ? '}' : ']';
    const entries: YamlEntry[] = [];
    const items: YamlNode[] = [];
    let at = this.#skip(begin + 1);
    while (this.text[at] !== close) {
      if (at >= this.text.length) throw new YamlFault('flow', this.#number(begin));
      if (is_map) {
        const key = this.#flow_value(at, depth);
        const colon = this.#skip(key.end);
        if (key.kind !== 'scalar' || this.text[colon] !== ':') throw new YamlFault('flow', this.#number(at));
        if (entries.some((one) => one.key === key.text)) throw new YamlFault('twice', this.#number(at));
        const value = this.#flow_value(this.#skip(colon + 1), depth);
        entries.push({ key: key.text, value, begin: key.begin, end: value.end });
        at = this.#skip(value.end);
      } else {
        const item = this.#flow_value(at, depth);
        items.push(item);
        at = this.#skip(item.end);
      }
      if (this.text[at] === ',') at = this.#skip(at + 1);
      else if (this.text[at] !== close) throw new YamlFault('flow', this.#number(begin));
    }
    const span = { begin, end: at + 1 };
    return is_map ? { kind: 'map', flow: true, indent: 0, entries, ...span } : { kind: 'list', items, ...span };
  }

  #flow_value(begin: number, depth: number): YamlNode {
    const first = this.text[begin];
    if (first === '{' || first === '[') return this.#flow(begin, depth + 1);
    if (first === '"' || first === "'") return this.#quoted(begin);
    const found = /^(?:[^,[\]{}\n#:]|:(?![\s,}\]]|$)|(?<!\s)#)*/.exec(this.text.slice(begin));
    const text = (found?.[0] ?? '').trimEnd();
    if (/^[&*!]/.test(text)) throw new YamlFault('anchor', this.#number(begin));
    return { kind: 'scalar', text, plain: true, begin, end: begin + text.length };
  }

  #skip(from: number): number {
    const blank = /(?:\s|#[^\n]*)*/y;
    blank.lastIndex = from;
    blank.exec(this.text);
    return blank.lastIndex;
  }
}

/** Throws a YamlFault. */
export const parse_yaml = (text: string): YamlNode => new Reader(text).whole();

export function yaml_at(root: YamlNode, path: readonly string[]): YamlNode | null {
  let node: YamlNode = root;
  for (const key of path) {
    const entry: YamlEntry | undefined = node.kind === 'map' ? node.entries.find((one) => one.key === key) : undefined;
    if (!entry) return null;
    node = entry.value;
  }
  return node;
}

export const line_of = (text: string, at: number): number => text.slice(0, at).split('\n').length;

// ---- Changing one value in the text

const kPlain = /^[\p{L}\p{N}_./+][\p{L}\p{N}_./+ ()@-]*$/u;
const kMeansOther = /^(true|false|yes|no|on|off|null|~)$/i;

/** A scalar as text: plain where it may be, lines as a block at this indent. */
function scalar_text(value: string, indent: number, flow: boolean): string {
  // A block begins with a line that is not further in, and has one line end behind it at most.
  if (value.includes('\n') && !flow && /^\S/.test(value) && !/\n\n$|\r/.test(value)) {
    const lines = value.replace(/\n$/, '').split('\n');
    const blanks = ' '.repeat(indent + 2);
    return `|${value.endsWith('\n') ? '' : '-'}\n${lines.map((line) => (line ? blanks + line : '')).join('\n')}`;
  }
  if (kPlain.test(value) && !value.endsWith(' ') && !kMeansOther.test(value)) return value;
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

const splice = (text: string, begin: number, end: number, by: string): string => text.slice(0, begin) + by + text.slice(end);

function removed(text: string, map: YamlMap, entry: YamlEntry): string {
  if (map.flow) {
    const at = map.entries.indexOf(entry);
    const next = map.entries[at + 1];
    const before = map.entries[at - 1];
    if (next) return splice(text, entry.begin, next.begin, '');
    return splice(text, before ? before.end : entry.begin, entry.end, '');
  }
  const begin = text.lastIndexOf('\n', entry.begin) + 1;
  const line_end = text.indexOf('\n', entry.end);
  return splice(text, begin, line_end < 0 ? text.length : line_end + 1, '');
}

// `raw`: text of YAML as it stands, such as a flow list; else a scalar that is written as one.
function written(value: string | { raw: string }, indent: number, flow: boolean): string {
  return typeof value === 'string' ? scalar_text(value, indent, flow) : value.raw;
}

function added(text: string, map: YamlMap, path: readonly string[], value: string | { raw: string }): string {
  const [key = '', ...deeper] = path;
  if (map.flow) {
    const inner = deeper.reduceRight((sum, name) => `{${name}: ${sum}}`, written(value, 0, true));
    return splice(text, map.end - 1, map.end - 1, `${map.entries.length ? ', ' : ''}${key}: ${inner}`);
  }
  const names = [key, ...deeper];
  const lines = names.map((name, at) => `${' '.repeat(map.indent + 2 * at)}${name}:`);
  const last = `${lines.pop() ?? ''} ${written(value, map.indent + 2 * deeper.length, false)}`;
  const insert = [...lines, last].join('\n');
  const end = map.entries.length ? text.indexOf('\n', map.end) : text.length;
  const at = end < 0 ? text.length : end;
  const before = at > 0 && text[at - 1] !== '\n' ? '\n' : '';
  return splice(text, at, at, `${before}${insert}${at === text.length ? '\n' : ''}`);
}

/** The text with one value changed, added, or (null) taken away. It must parse. */
export function with_value(text: string, path: readonly string[], value: string | { raw: string } | null): string {
  let node: YamlNode = parse_yaml(text);
  for (const [depth, key] of path.entries()) {
    if (node.kind !== 'map') {
      if (value === null) return text;
      // An empty value is where a mapping begins; any other makes room for one.
      const inner = path.slice(depth).reduceRight((sum, name) => `{${name}: ${sum}}`, written(value, 0, true));
      return splice(text, node.begin, node.end, node.begin === node.end ? ` ${inner}` : inner);
    }
    const map: YamlMap = node;
    const entry = map.entries.find((one) => one.key === key);
    if (!entry) return value === null ? text : added(text, map, path.slice(depth), value);
    if (depth + 1 < path.length) {
      node = entry.value;
      continue;
    }
    if (value === null) return removed(text, map, entry);
    const by = written(value, map.indent, map.flow);
    const empty = entry.value.begin === entry.value.end;
    return splice(text, entry.value.begin, entry.value.end, empty ? ` ${by}` : by);
  }
  return text;
}
