// Lets the page be type-checked before the wasm module has been built; the built module's own types win.
declare module '*/mnemoscope.js' {
  export default function init(options?: { module_or_path: string }): Promise<unknown>;
}
