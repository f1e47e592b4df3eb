// A picture of a page, small enough for a repository: at most 256 colours, which a page of text and lines has anyway.

import { writeFile } from 'node:fs/promises';
import { deflateSync, inflateSync } from 'node:zlib';
import { png } from './png.mjs';

/** photograph writes what a page, or a part of it, shows to a PNG file and returns its size. */
export async function photograph(target, file) {
  const shot = await target.screenshot({ animations: 'disabled', caret: 'hide' });
  const { width, height, pixels } = unpack(shot);
  const small = paint(width, height, pixels);
  const best = small && small.length < shot.length ? small : shot;
  await writeFile(file, best);
  return best.length;
}

/** unpack reads a PNG of 8 bits a channel without interlacing, as browsers take them, into RGB triples. */
function unpack(data) {
  const width = data.readUInt32BE(16);
  const height = data.readUInt32BE(20);
  const channels = { 2: 3, 6: 4 }[data[25]];
  const parts = [];
  for (let at = 8; at < data.length;) {
    const length = data.readUInt32BE(at);
    if (data.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(data.subarray(at + 8, at + 8 + length));
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const stride = width * channels;
  const pixels = Buffer.alloc(width * height * 3);
  let above = Buffer.alloc(stride);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    const row = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)));
    for (let x = 0; x < stride; x++) {
      const left = x >= channels ? row[x - channels] : 0;
      const up = above[x];
      const corner = x >= channels ? above[x - channels] : 0;
      row[x] += [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
    }
    for (let x = 0; x < width; x++) row.copy(pixels, (y * width + x) * 3, x * channels, x * channels + 3);
    above = row;
  }
  return { width, height, pixels };
}

function paeth(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  if (pa <= pb && pa <= pc) return a;
  return pb <= pc ? b : c;
}

/** paint writes a PNG with a palette: the commonest colour of each shade, and for each other the nearest of them. */
function paint(width, height, pixels) {
  const counts = new Map();
  for (let i = 0; i < pixels.length; i += 3) {
    const colour = (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2];
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  // Else a sky of many blues would leave no place for the sun.
  const shades = new Map();
  for (const [colour, n] of [...counts].sort((a, b) => b[1] - a[1])) {
    const shade = colour & 0xf8f8f8;
    const known = shades.get(shade);
    if (known) known.n += n;
    else shades.set(shade, { colour, n });
  }
  const palette = [...shades.values()].sort((a, b) => b.n - a.n).slice(0, 256).map((s) => s.colour);
  const index = new Map(palette.map((c, i) => [c, i]));
  const nearest = (c) => {
    let best = 0;
    let least = Infinity;
    palette.forEach((p, i) => {
      const d = ((p >> 16) - (c >> 16)) ** 2 + (((p >> 8) & 255) - ((c >> 8) & 255)) ** 2 + ((p & 255) - (c & 255)) ** 2;
      if (d < least) [least, best] = [d, i];
    });
    index.set(c, best);
    return best;
  };
  const raw = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = (y * width + x) * 3;
      const colour = (pixels[i] << 16) | (pixels[i + 1] << 8) | pixels[i + 2];
      raw[y * (width + 1) + 1 + x] = index.get(colour) ?? nearest(colour);
    }
  }
  const colours = Buffer.from(palette.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255]));
  return png(width, height, 3, deflateSync(raw, { level: 9 }), colours);
}
