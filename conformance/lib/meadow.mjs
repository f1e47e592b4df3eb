// A picture to send: a sky, a sun, hills.

import { deflateSync } from 'node:zlib';
import { png } from './png.mjs';

/** meadow returns a PNG of a landscape. */
export function meadow(width, height) {
  const raw = Buffer.alloc(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) raw.set(colour(x / width, y / height, width / height), y * (width * 3 + 1) + 1 + x * 3);
  }
  return png(width, height, 2, deflateSync(raw));
}

function colour(x, y, ratio) {
  const hills = [[0.62, 0.09, 4.1, 0.3, [126, 170, 160]], [0.72, 0.07, 6.3, 1.7, [88, 143, 104]], [0.84, 0.05, 5.2, 4.0, [52, 107, 70]]];
  for (const [base, height, waves, shift, paint] of [...hills].reverse()) {
    if (y > base - height * Math.sin(x * waves + shift)) return paint;
  }
  if (Math.hypot((x - 0.74) * ratio, y - 0.28) < 0.11) return [255, 224, 130];
  return [150 + 70 * y, 196 + 30 * y, 232 - 20 * y].map(Math.round);
}
