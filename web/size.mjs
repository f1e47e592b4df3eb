// Packs the built scripts and styles: they are embedded and sent compressed. Prints the sizes.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dir = 'dist/assets';
const parts = { page: 0, console: 0, 'WebIM SDK': 0 };
for (const name of readdirSync(dir).sort()) {
  const bytes = readFileSync(`${dir}/${name}`);
  const packed = gzipSync(bytes, { level: 9 });
  writeFileSync(`${dir}/${name}.gz`, packed);
  rmSync(`${dir}/${name}`);
  const part = name.startsWith('Easemob') ? 'WebIM SDK' : name.startsWith('console') ? 'console' : 'page';
  parts[part] += packed.length;
  console.log(`${name} ${bytes.length} bytes, ${packed.length} gzipped`);
}
for (const [part, bytes] of Object.entries(parts)) console.log(`${part}: ${(bytes / 1024).toFixed(0)} KiB over the wire`);
