/** What may go from the worker to the page without being copied. */

/** Buffers of an answer that may go to the page without being copied. */
export function transferables(answer: unknown, found: Set<ArrayBuffer> = new Set()): ArrayBuffer[] {
  if (ArrayBuffer.isView(answer)) {
    // A part of a larger buffer, as a view into the module's memory, stays where it is.
    if (answer.buffer instanceof ArrayBuffer && answer.byteLength === answer.buffer.byteLength) {
      found.add(answer.buffer);
    }
  } else if (typeof answer === 'object' && answer !== null) {
    // A list is of one kind: where its first entry holds no buffer none does.
    const parts = Array.isArray(answer) && typeof answer[0] !== 'object' ? [] : Object.values(answer);
    for (const part of parts) transferables(part, found);
  }
  return [...found];
}
