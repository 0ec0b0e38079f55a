/** The engine's module, fetched once for all labs of a page. */

let compiled: Promise<WebAssembly.Module> | null = null;

export function compiledModule(): Promise<WebAssembly.Module> {
  if (compiled) return compiled;
  const address = new URL('../../../pkg/mnemoscope_bg.wasm', import.meta.url);
  const asked = (async () => WebAssembly.compileStreaming(fetch(address)))();
  // Another lab may find the network again.
  asked.catch(() => (compiled = null));
  compiled = asked;
  return asked;
}
