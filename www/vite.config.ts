import { defineConfig } from 'vite';
import { heads } from './scripts/heads.mjs';
import { tables } from './scripts/tables.mjs';

const target = 'es2022';

/**
 * `vite build` makes the pages, `vite build --mode element` adds the one script that other sites load.
 * `base: './'` keeps every address relative: the built pages work from any folder of any static server.
 */
export default defineConfig(({ mode }) =>
  mode === 'element'
    ? {
        build: {
          outDir: '../dist',
          emptyOutDir: false,
          target,
          lib: {
            entry: 'src/element.ts',
            name: 'MnemoscopeLab',
            formats: ['iife'],
            fileName: () => 'mnemoscope-lab.js',
          },
        },
      }
    : {
        base: './',
        plugins: [heads(), tables()],
        build: {
          outDir: '../dist',
          emptyOutDir: true,
          target,
          chunkSizeWarningLimit: 600,
          rolldownOptions: { input: ['index.html', 'story.html', 'embed.html', 'examples.html'] },
        },
        worker: { format: 'es' },
        server: { fs: { allow: ['..'] } },
      },
);
