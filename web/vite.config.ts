import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

// Everything lies under /-/ of its listener, beside the protocols' own paths; index.html alone is served as /.
export default defineConfig({
  base: '/-/',
  resolve: {
    alias: {
      'dragoman-zim': here('../sdk/zim/src/index.ts'),
      // An XMPP library for servers, too, would look names up; the page names its address.
      'node:dns': here('src/shared/nothing.ts'),
    },
    dedupe: ['preact'],
  },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rollupOptions: {
      input: { page: here('index.html'), webim: here('webim.html'), console: here('console.html') },
    },
  },
});
