/** Why the engine's module did not start, in words for whoever can do something about it. */

/** The smallest module there is, and one whose only function uses an instruction of SIMD. */
const EMPTY = [0, 97, 115, 109, 1, 0, 0, 0];
const SIMD = [...EMPTY, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];

/** What this browser lacks or forbids; empty where it runs modules such as the engine's. */
function lacking(): string {
  if (typeof WebAssembly === 'undefined')
    return 'This browser has no WebAssembly, or it is switched off, and the engine is made of it. Any browser of 2023 or newer has it.';
  if (!WebAssembly.validate(new Uint8Array(SIMD)))
    return (
      'The WebAssembly of this browser or of this processor has no SIMD, which the engine needs. Chrome and Edge have it from ' +
      '91 on, Firefox from 89, Safari from 16.4.'
    );
  try {
    new WebAssembly.Module(new Uint8Array(EMPTY));
  } catch {
    return (
      'A policy forbids WebAssembly here: the Content-Security-Policy that comes with the engine’s script (worker-….js) has ' +
      "to name 'wasm-unsafe-eval' in script-src. Whoever runs the server can add it."
    );
  }
  return '';
}

export function whyNot(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return (
    lacking() ||
    `The engine could not be loaded (${text}). There may be a newer version of it, or the network is not there: reload the page.`
  );
}
