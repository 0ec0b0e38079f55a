// Counts what a contender asks of WebGPU. It takes the place of the browser's own functions only while it counts.

const PLACES = {
  launches: [
    ['GPUComputePassEncoder', 'dispatchWorkgroups'],
    ['GPUComputePassEncoder', 'dispatchWorkgroupsIndirect'],
  ],
  submissions: [['GPUQueue', 'submit']],
  uploads: [
    ['GPUQueue', 'writeBuffer'],
    ['GPUQueue', 'writeTexture'],
  ],
  buffers: [['GPUDevice', 'createBuffer']],
  bindGroups: [['GPUDevice', 'createBindGroup']],
  reads: [['GPUBuffer', 'mapAsync']],
};

/** Runs `work` and gives how often it called each. Null where the page has no WebGPU. */
export async function counting(work) {
  if (!('GPUQueue' in globalThis)) return null;
  const counts = {};
  const back = [];
  for (const [what, places] of Object.entries(PLACES)) {
    counts[what] = 0;
    for (const [type, method] of places) {
      const { prototype } = globalThis[type];
      const original = prototype[method];
      prototype[method] = function (...args) {
        counts[what] += 1;
        return original.apply(this, args);
      };
      back.push(() => (prototype[method] = original));
    }
  }
  try {
    await work();
  } finally {
    back.forEach((restore) => restore());
  }
  return counts;
}
