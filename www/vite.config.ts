import { defineConfig } from 'vite';

// `base: './'` keeps every address relative: the built page works from any folder of any static server.
export default defineConfig({
  base: './',
  build: { outDir: '../dist', emptyOutDir: true, target: 'es2022', chunkSizeWarningLimit: 600 },
  worker: { format: 'es' },
  server: { fs: { allow: ['..'] } },
});
