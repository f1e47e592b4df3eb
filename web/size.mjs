// Packs the built scripts and styles: they are embedded and sent compressed. Prints the sizes, and fails where they are
// more than the README says.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const dir = 'dist/assets';
// KiB over the wire at most, as the README says; a test compares the two.
const promised = { page: 55, console: 10, 'WebIM SDK': 160 };
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
for (const [part, bytes] of Object.entries(parts)) {
  const kib = Math.round(bytes / 1024);
  console.log(`${part}: ${kib} KiB over the wire`);
  if (kib > promised[part]) {
    console.error(`${part}: the README promises ${promised[part]} KiB`);
    process.exitCode = 1;
  }
}
