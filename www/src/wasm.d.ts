// Lets the page be type-checked before the wasm module has been built; the built module's own types win.
declare module '*/mnemoscope.js' {
  export default function init(options?: { module_or_path: string | WebAssembly.Module }): Promise<unknown>;
}

/** Written by `scripts/tables.mjs`. */
declare module 'virtual:tables' {
  export function table(lab: import('./engine/types').LabId): Promise<import('./engine/early').Table>;
}
