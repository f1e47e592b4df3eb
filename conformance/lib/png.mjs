// Just enough of PNG to make pictures.

import { crc32 } from 'node:zlib';

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** png returns a file of 8 bits a sample: colour type 2 is RGB, 3 has a palette. */
export function png(width, height, type, packed, palette) {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, type, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', head), ...(palette ? [chunk('PLTE', palette)] : []),
    chunk('IDAT', packed), chunk('IEND', Buffer.alloc(0))]);
}
