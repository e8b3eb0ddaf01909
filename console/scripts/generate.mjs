// Writes src/api/generated/ from ../api/openapi.yaml: types, a function for each operation, who may call
// it, and the codes of problems. `--check` writes nothing and fails where the files are not what they would be.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const here = dirname(fileURLToPath(import.meta.url));
const contract = parse(readFileSync(join(here, '../../api/openapi.yaml'), 'utf8'));
const kHeader = '// Made from api/openapi.yaml by scripts/generate.mjs: do not edit.\n';
const kMethods = ['get', 'put', 'post', 'patch', 'delete'];

const name_of = (reference) => reference.slice(reference.lastIndexOf('/') + 1);
const quoted = (text) => `'${String(text).replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
const member = (name) => (/^[A-Za-z_]\w*$/.test(name) ? name : quoted(name));
const resolve = (value) =>
  value?.$ref ? value.$ref.slice(2).split('/').reduce((at, key) => at[key], contract) : value;

function doc(text, indent = '') {
  const line = (text ?? '').split(/\s+/).filter(Boolean).join(' ').replaceAll('*/', '* /');
  return line ? `${indent}/** ${line} */\n` : '';
}

function type_of(schema, indent = '') {
  if (schema.$ref) return name_of(schema.$ref);
  if ('const' in schema) return typeof schema.const === 'string' ? quoted(schema.const) : String(schema.const);
  if (schema.enum) return schema.enum.map(quoted).join(' | ');
  // Beside properties, oneOf only says which of them go together.
  if (schema.properties) return object_of(schema, indent);
  if (schema.oneOf) return schema.oneOf.map((one) => type_of(one, indent)).join(' | ');
  if (schema.allOf) return schema.allOf.map((one) => type_of(one, indent)).join(' & ');
  switch (schema.type) {
    case 'array': {
      const items = type_of(schema.items, indent);
      return /[|&]/.test(items) && !items.startsWith('{') ? `(${items})[]` : `${items}[]`;
    }
    case 'object':
      return `Record<string, ${schema.additionalProperties ? type_of(schema.additionalProperties, indent) : 'unknown'}>`;
    case 'integer':
    case 'number':
      return 'number';
    case 'boolean':
      return 'boolean';
    case 'string':
      return 'string';
    default:
      return 'unknown';
  }
}

function object_of(schema, indent) {
  const required = new Set(schema.required ?? []);
  const deeper = indent + '  ';
  const lines = Object.entries(schema.properties).map(
    ([name, property]) =>
      doc(property.description, deeper) +
      `${deeper}${member(name)}${required.has(name) ? '' : '?'}: ${type_of(property, deeper)};\n`,
  );
  return `{\n${lines.join('')}${indent}}`;
}

function types() {
  const out = Object.entries(contract.components.schemas).map(
    ([name, schema]) => doc(schema.description) + `export type ${name} = ${type_of(schema)};\n`,
  );
  return kHeader + '\n' + out.join('\n');
}

// What a 2xx reply holds: a type, 'string' for text, 'void' for nothing.
function reply_of(operation) {
  const [, reply] = Object.entries(operation.responses).find(([status]) => status.startsWith('2')) ?? [];
  const content = resolve(reply)?.content;
  if (!content) return { type: 'void', form: 'nothing' };
  const json = content['application/json'];
  if (json) return { type: type_of(json.schema), form: 'json' };
  return { type: 'string', form: 'text' };
}

const camel = (name) => name.replace(/-([A-Za-z])/g, (_, letter) => letter.toUpperCase()).replace(/^[A-Z]/, (c) => c.toLowerCase());

function route(path, item, method) {
  const operation = item[method];
  const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map(resolve);
  const server = (item.servers ?? contract.servers)[0].url;
  const base = server === '/' ? '' : server;
  const members = parameters.map((one) => {
    const at = one.name === 'Idempotency-Key' ? 'idempotencyKey' : camel(one.name);
    return { ...one, at, needed: one.required === true };
  });
  const content = resolve(operation.requestBody)?.content;
  const media = content && Object.keys(content)[0];
  const target = '`' + base + path.replace(/\{(\w+)\}/g, (_, name) => '${segment(of.' + camel(name) + ')}') + '`';
  const fields = members.map((one) => `${member(one.at)}${one.needed ? '' : '?'}: ${type_of(one.schema ?? { type: 'string' })}${one.needed ? '' : ' | undefined'}`);
  if (content) fields.push(`body: ${type_of(content[media].schema ?? {})}`);
  const reply = reply_of(operation);
  const parts = [`method: '${method.toUpperCase()}'`, `target: ${target}`, `form: '${reply.form}'`];
  const query = members.filter((one) => one.in === 'query');
  const headers = members.filter((one) => one.in === 'header');
  if (query.length) parts.push(`query: { ${query.map((one) => `${member(one.name)}: of.${one.at}`).join(', ')} }`);
  if (headers.length) parts.push(`headers: { ${headers.map((one) => `${member(one.name)}: of.${one.at}`).join(', ')} }`);
  if (content) parts.push('body: of.body', `media: ${quoted(media)}`);
  const optional = members.every((one) => !one.needed) && !content;
  const argument = fields.length ? `of: { ${fields.join('; ')} }${optional ? ' = {}' : ''}, ` : '';
  return (
    doc(operation.summary) +
    `export const ${operation.operationId} = (client: Caller, ${argument}options?: CallOptions): Promise<Reply<${reply.type}>> =>\n` +
    `  client.call<${reply.type}>({ ${parts.join(', ')} }, options);\n`
  );
}

// The stream has a reader of its own: src/api/stream.ts.
const is_stream = (operation) => Boolean(resolve(operation.responses['200'])?.content?.['text/event-stream']);

function routes() {
  const out = [];
  for (const [path, item] of Object.entries(contract.paths)) {
    for (const method of kMethods) if (item[method] && !is_stream(item[method])) out.push(route(path, item, method));
  }
  const used = [...new Set(out.join('').replace(/\/\*\*.*?\*\/|'[^'\n]*'/g, '').match(/\b[A-Z]\w+/g))].filter((name) => name in contract.components.schemas).sort();
  return (
    kHeader +
    "import { segment, type CallOptions, type Caller, type Reply } from '../call';\n" +
    `import type {\n${used.map((name) => `  ${name},\n`).join('')}} from './types';\n\n` +
    out.join('\n')
  );
}

function problems() {
  const codes = Object.keys(contract['x-problem-codes']);
  return kHeader + `export const kProblemCodes = [\n${codes.map((code) => `  ${quoted(code)},\n`).join('')}] as const;\nexport type ProblemCode = (typeof kProblemCodes)[number];\n`;
}

// Whoever is let in at all: of what somebody else's is, the exchange says that it is not there.
function roles() {
  const operations = Object.values(contract.paths).flatMap((item) => kMethods.flatMap((method) => item[method] ?? []));
  const lines = operations.map((one) => `  ${one.operationId}: [${one['x-roles'].map(quoted).join(', ')}],\n`);
  return kHeader + `export const kRolesOf = {\n${lines.join('')}} as const;\nexport type Operation = keyof typeof kRolesOf;\n`;
}

const folder = join(here, '../src/api/generated');
mkdirSync(folder, { recursive: true });
const files = { 'types.ts': types(), 'routes.ts': routes(), 'problem_codes.ts': problems(), 'roles.ts': roles() };
let stale = 0;
for (const [name, text] of Object.entries(files)) {
  const path = join(folder, name);
  if (!process.argv.includes('--check')) {
    writeFileSync(path, text);
    continue;
  }
  let is = '';
  try {
    is = readFileSync(path, 'utf8');
  } catch {
    // Not there is as wrong as another text.
  }
  if (is !== text) {
    console.error(`${path} is not what api/openapi.yaml says: run npm run generate`);
    stale++;
  }
}
process.exitCode = stale ? 1 : 0;
