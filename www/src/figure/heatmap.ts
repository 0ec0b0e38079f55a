/** A matrix to be drawn as a heat map: what `<lab-heatmap>` shows, and what the image export draws. */
export interface HeatMap {
  title: string;
  rows: number;
  columns: number;
  /** Row after row, `rows` × `columns`. */
  values: Float32Array;
  /** Values at the two ends of the colour scale. */
  range: [least: number, greatest: number];
  scale: 'sequential' | 'diverging';
  rowLabels: string[];
  columnLabels: string[];
  rowTitle: string;
  columnTitle: string;
  /** Of a value, as in "probability"; empty for a pure number. */
  unit: string;
  /** How an exact value reads; without it, to four significant figures. */
  text?: (value: number) => string;
  /** The figure in words, for readers who do not see it. */
  summary: string;
}
