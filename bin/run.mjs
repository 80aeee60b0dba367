#!/usr/bin/env node
// Written so that an old Node can read it: it is what tells whoever runs one what is needed.

const needed = [22, 18];
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(
    'Bellwire needs Node ' +
      needed.join('.') +
      ' or later, and this is Node ' +
      process.versions.node +
      '. On Linux (x64, arm64) and Windows (x64) `npm ci` brings Node 24: start it as `npm start` or `npx bellwire`. ' +
      'Elsewhere, install Node 24 from https://nodejs.org',
  );
  process.exit(1);
}

// What whoever runs Bellwire can do nothing about. Every other warning prints as Node would print it.
const noise = /SQLite is an experimental feature|[Tt]ype [Ss]tripping is an experimental feature/;
const emitWarning = process.emitWarning;
process.emitWarning = (warning, ...rest) => {
  if (!noise.test(String(warning))) Reflect.apply(emitWarning, process, [warning, ...rest]);
};

import('./cli.ts');
