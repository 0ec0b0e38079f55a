/** Stands in for the generated types until they are there. */

export interface MapAnswer {
  arm: string | null;
  seed: number | null;
  step: number;
  nodes: string[];
  drawing: Float32Array;
  links: number[];
  groups: number[];
  groupNames: string[];
  axes: { label: string; share: number }[];
  points: Float32Array;
  about: string;
}

export interface NearestAnswer {
  node: number;
  name: string;
  neighbours: number;
  nearest: { node: number; name: string; cosine: number; hops: number | null }[];
}

export interface SpectrumAnswer {
  eigenvalues: number[];
  spaces: number[];
  projections: number[];
  closed: { objective: number; projection: number; steps: number } | null;
  why: string;
}

export interface MatrixAnswer {
  rows: string[];
  columns: string[];
  values: Float32Array;
  about: string;
}

declare module '../../engine/generated' {
  interface Questions {
    map: { arguments: { run?: number }; answer: MapAnswer };
    'map.nearest': { arguments: { run: number; node: number }; answer: NearestAnswer };
    'map.edges': { arguments: { bytes: Uint8Array }; answer: { edges: string; notices: string[] } };
    spectrum: { arguments: { run?: number }; answer: SpectrumAnswer };
    matrices: { arguments: { run?: number; which: string; flip?: boolean }; answer: MatrixAnswer };
  }
}
