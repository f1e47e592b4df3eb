// Makes dist: index.mjs for bundlers, index.js for <script> and require, index.d.ts for TypeScript. Prints the sizes.
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });

const shared = { entryPoints: ['src/index.ts'], bundle: true, minify: true, target: 'es2020', legalComments: 'none' };

await build({ ...shared, format: 'esm', outfile: 'dist/index.mjs' });

// esbuild has no UMD: its one expression is wrapped so that it serves require, AMD and, like the vendor's file, a page
// in which each export is a global.
const { outputFiles } = await build({ ...shared, format: 'iife', globalName: 'exported', write: false });
const head =
  '(function(r,f){typeof exports=="object"&&typeof module!="undefined"?module.exports=f():' +
  'typeof define=="function"&&define.amd?define([],f):Object.assign(r,f())})' +
  '(typeof globalThis!="undefined"?globalThis:this,function(){';
writeFileSync('dist/index.js', `${head}${outputFiles[0].text}return exported});\n`);

execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--emitDeclarationOnly'], {
  stdio: 'inherit',
});

for (const file of ['dist/index.mjs', 'dist/index.js']) {
  const bytes = readFileSync(file);
  console.log(`${file} ${bytes.length} bytes, ${gzipSync(bytes).length} gzipped`);
}
