/**
 * Points and links in space. What is drawn, pointed at and saved is the flat figure that a reader sees from where they have
 * turned it to: its marks lie in layers, the far ones first, smaller and paler.
 */

import type { Axis, Dots, Figure, Links, Mark, Numbers, Panel, Words } from './figure';

/** From where it is seen, in degrees off the front: around to the right, and from above. */
export interface View {
  around: number;
  above: number;
}

export const FIRST_VIEW: View = { around: 25, above: 20 };
/** A key turns by so much. */
const KEY_DEGREES = 10;
/** The pointer turns by so much a CSS pixel. */
const PIXEL_DEGREES = 0.5;
const STEEPEST = 90;

/** A place beyond these is as far or as near as they are. */
const LAYERS = 12;
const FAR = { size: 0.7, opacity: 0.4 };
const NEAR = { size: 1.3, opacity: 1 };
/** Free around what is drawn, for the axes' names and large dots. */
const MARGIN = 1.14;
/** Words stand so far above their place, as a share of the half width. */
const ABOVE = 0.055;
/** The name of an axis that points this straight at the reader would stand on the others. */
const SHORT_AXIS = 0.15;

type Place = readonly [number, number, number];
/** Across, up, and towards the reader. */
type Turn = (at: Place) => [number, number, number];

/** Such a figure has one panel. */
export const isSpatial = ({ panels }: Figure) => panels[0].z !== undefined;

/** The view after turning; it is never seen upside down. */
export function turnedBy({ around, above }: View, right: number, up: number): View {
  const whole = (((around + right) % 360) + 540) % 360;
  return { around: whole - 180, above: Math.min(STEEPEST, Math.max(-STEEPEST, above + up)) };
}

/** What a drag of so many CSS pixels turns: the near side follows the pointer. */
export const draggedBy = (view: View, across: number, down: number) =>
  turnedBy(view, across * PIXEL_DEGREES, down * PIXEL_DEGREES);

/** Where a key with Shift leads; undefined for one that turns nothing. */
export function turnedByKey(view: View, key: string): View | undefined {
  switch (key) {
    case 'ArrowRight':
      return turnedBy(view, KEY_DEGREES, 0);
    case 'ArrowLeft':
      return turnedBy(view, -KEY_DEGREES, 0);
    case 'ArrowUp':
      return turnedBy(view, 0, -KEY_DEGREES);
    case 'ArrowDown':
      return turnedBy(view, 0, KEY_DEGREES);
    case 'Home':
      return FIRST_VIEW;
    default:
      return undefined;
  }
}

const side = (degrees: number, one: string, other: string) =>
  `${Math.round(Math.abs(degrees))}° ${degrees < 0 ? other : one}`;

export const viewText = ({ around, above }: View) =>
  `Turned ${side(around, 'to the right', 'to the left')}, seen from ${side(above, 'above', 'below')}.`;

export function turnOf({ around, above }: View): Turn {
  const radians = Math.PI / 180;
  const [ca, sa] = [Math.cos(around * radians), Math.sin(around * radians)];
  const [ce, se] = [Math.cos(above * radians), Math.sin(above * radians)];
  return ([x, y, z]) => {
    const towards = ca * z - sa * x;
    return [ca * x + sa * z, ce * y - se * towards, se * y + ce * towards];
  };
}

const middle = ({ range: [from, to] }: Axis) => (from + to) / 2;
const half = ({ range: [from, to] }: Axis) => Math.abs(to - from) / 2;
const pick = (values: ArrayLike<number | null | undefined>, items: readonly number[]) =>
  items.map((i) => values[i] ?? NaN);

interface Sight {
  /** The middle of the axes, and one unit for all three: half of the longest. */
  centre: Place;
  unit: number;
  turn: Turn;
  /** How far the furthest dot is from the middle, whichever way it is turned; the axes' ends are no further than 1. */
  reach: number;
}

function sightOf({ x, y, z, marks }: Panel, turn: Turn): Sight {
  const axes = z ? [x, y, z] : [x, y];
  const centre = axes.map(middle) as unknown as Place;
  const unit = Math.max(...axes.map(half)) || 1;
  const sight: Sight = { centre, unit, turn, reach: 1 };
  for (const mark of marks) {
    if (mark.kind !== 'dot' || !mark.z) continue;
    for (let i = 0; i < mark.x.length; i++) {
      const distance = Math.hypot(...scaled(sight, [mark.x[i] ?? NaN, mark.y[i] ?? NaN, mark.z[i] ?? NaN]));
      if (distance > sight.reach && Number.isFinite(distance)) sight.reach = distance;
    }
  }
  return sight;
}

const scaled = ({ centre, unit }: Sight, [x, y, z]: Place): Place => [
  (x - centre[0]) / unit,
  (y - centre[1]) / unit,
  (z - centre[2]) / unit,
];

interface Seen {
  across: Float64Array;
  up: Float64Array;
  /** From 0, far, to 1, near. */
  near: Float64Array;
}

/** Of thousands of places, many times a second: the turn's matrix once, and no list for each. */
function seenAt(x: Numbers, y: Numbers, z: Numbers, { centre, unit, turn, reach }: Sight): Seen {
  const [across, up, near] = [
    new Float64Array(x.length),
    new Float64Array(x.length),
    new Float64Array(x.length),
  ];
  const [a, b, c] = [turn([1, 0, 0]), turn([0, 1, 0]), turn([0, 0, 1])];
  for (let i = 0; i < x.length; i++) {
    const px = ((x[i] ?? NaN) - centre[0]) / unit;
    const py = ((y[i] ?? NaN) - centre[1]) / unit;
    const pz = ((z[i] ?? NaN) - centre[2]) / unit;
    across[i] = a[0] * px + b[0] * py + c[0] * pz;
    up[i] = a[1] * px + b[1] * py + c[1] * pz;
    near[i] = ((a[2] * px + b[2] * py + c[2] * pz) / reach + 1) / 2;
  }
  return { across, up, near };
}

/** Which of them are in each layer, from the far one on; what has no place is in none. */
function layersOf(count: number, near: (i: number) => number): number[][] {
  const layers = Array.from({ length: LAYERS }, (): number[] => []);
  for (let i = 0; i < count; i++) {
    const share = near(i);
    if (Number.isFinite(share))
      layers[Math.min(LAYERS - 1, Math.max(0, Math.floor(share * LAYERS)))]?.push(i);
  }
  return layers;
}

/** Between far and near, for a layer. */
const between = (layer: number, what: 'size' | 'opacity') =>
  FAR[what] + (NEAR[what] - FAR[what]) * ((layer + 0.5) / LAYERS);

function flatDots(mark: Dots & { z: Numbers }, sight: Sight): (Dots | null)[] {
  const { x, y, z, groupOf, colourOf, ...rest } = mark;
  const seen = seenAt(x, y, z, sight);
  return layersOf(x.length, (i) => seen.near[i] ?? NaN).map((items, layer) =>
    items.length
      ? {
          ...rest,
          x: pick(seen.across, items),
          y: pick(seen.up, items),
          ...(groupOf ? { groupOf: pick(groupOf, items) } : {}),
          ...(colourOf ? { colourOf: (i: number) => colourOf(items[i] ?? 0) } : {}),
          size: mark.size * between(layer, 'size'),
          opacity: (mark.opacity ?? 1) * between(layer, 'opacity'),
          space: { x: pick(x, items), y: pick(y, items), z: pick(z, items) },
        }
      : null,
  );
}

function flatLinks(mark: Links & { z1: Numbers; z2: Numbers }, sight: Sight): (Links | null)[] {
  const { x1, y1, z1, x2, y2, z2, ...rest } = mark;
  const [from, to] = [seenAt(x1, y1, z1, sight), seenAt(x2, y2, z2, sight)];
  return layersOf(x1.length, (i) => ((from.near[i] ?? NaN) + (to.near[i] ?? NaN)) / 2).map((items, layer) =>
    items.length
      ? {
          ...rest,
          x1: pick(from.across, items),
          y1: pick(from.up, items),
          x2: pick(to.across, items),
          y2: pick(to.up, items),
          style: (i) => {
            const style = mark.style(items[i] ?? 0);
            return { ...style, opacity: (style.opacity ?? 1) * between(layer, 'opacity') };
          },
          space: {
            x1: pick(x1, items),
            y1: pick(y1, items),
            z1: pick(z1, items),
            x2: pick(x2, items),
            y2: pick(y2, items),
            z2: pick(z2, items),
          },
        }
      : null,
  );
}

function flatWords({ x, y, z, ...rest }: Words & { z: Numbers }, sight: Sight): Words {
  const { across, up } = seenAt(x, y, z, sight);
  return { ...rest, x: across, y: up.map((value) => value + ABOVE * sight.reach) };
}

/** The three axes through the middle, each with its name at its greater end. */
function axesOf({ x, y, z }: Panel, sight: Sight): Mark[] {
  const { centre, reach } = sight;
  const axes = z ? [x, y, z] : [];
  return axes.flatMap((axis, number): Mark[] => {
    const end = (value: number) => {
      const place = [...centre] as [number, number, number];
      place[number] = value;
      return sight.turn(scaled(sight, place));
    };
    const [from, to] = [end(Math.min(...axis.range)), end(Math.max(...axis.range))];
    const length = Math.hypot(to[0], to[1]);
    const line: Links = {
      kind: 'link',
      id: `axis-${number + 1}`,
      x1: [from[0]],
      y1: [from[1]],
      x2: [to[0]],
      y2: [to[1]],
      style: () => ({ colour: '--muted', width: 1, opacity: 0.6 }),
    };
    const edge = to[0] / (reach * MARGIN);
    const words: Words = {
      kind: 'text',
      id: `axis-${number + 1}`,
      x: [to[0]],
      y: [to[1] + (to[1] < 0 ? -ABOVE : ABOVE) * reach],
      texts: [axis.title],
      halo: true,
      // Near the edge it reads inwards.
      style: () => ({
        colour: '--muted',
        anchor: edge > 0.4 ? 'end' : edge < -0.4 ? 'start' : 'middle',
      }),
    };
    return length > SHORT_AXIS ? [line, words] : [line];
  });
}

function flat(panel: Panel, turn: Turn): { panel: Panel; sight: Sight } {
  const sight = sightOf(panel, turn);
  const layers: Mark[][] = Array.from({ length: LAYERS }, () => []);
  const front: Mark[] = [];
  const lay = (marks: (Mark | null)[]) => marks.forEach((mark, layer) => mark && layers[layer]?.push(mark));
  for (const mark of panel.marks) {
    if (mark.kind === 'link' && mark.z1 && mark.z2)
      lay(flatLinks({ ...mark, z1: mark.z1, z2: mark.z2 }, sight));
    else if (mark.kind === 'dot' && mark.z) lay(flatDots({ ...mark, z: mark.z }, sight));
    else if (mark.kind === 'text' && mark.z) front.push(flatWords({ ...mark, z: mark.z }, sight));
  }
  const most = sight.reach * MARGIN;
  const bare: Axis = { title: '', range: [-most, most], bare: true };
  const { z: _, ...rest } = panel;
  const axes = panel.marks.length ? axesOf(panel, sight) : [];
  const marks = [
    ...axes.filter(({ kind }) => kind === 'link'),
    ...layers.flat(),
    ...axes.filter(({ kind }) => kind === 'text'),
    ...front,
  ];
  return { panel: { ...rest, x: bare, y: bare, square: true, marks }, sight };
}

/** An edge-on plane has no place for a pointer. */
const LEAST_AREA = 0.05;

/** Where a place of the drawing lies in the plane of the first two axes, through their middle; null where it is seen edge-on. */
export function inPlane(figure: Figure, view: View, across: number, up: number): [number, number] | null {
  const turn = turnOf(view);
  const { centre, unit } = sightOf(figure.panels[0], turn);
  const [a, b] = [turn([1, 0, 0]), turn([0, 1, 0])];
  const area = a[0] * b[1] - b[0] * a[1];
  if (Math.abs(area) < LEAST_AREA) return null;
  const [x, y] = [(across * b[1] - up * b[0]) / area, (up * a[0] - across * a[1]) / area];
  return [centre[0] + unit * x, centre[1] + unit * y];
}

/** A figure as it is seen from there; one without a third axis as it is. */
export function seenFrom(figure: Figure, view: View): Figure {
  if (!isSpatial(figure)) return figure;
  const { panel, sight } = flat(figure.panels[0], turnOf(view));
  const { reading } = figure;
  let own = reading;
  if (reading?.by === 'point' && reading.z) {
    const { across, up, near } = seenAt(reading.x, reading.y, reading.z, sight);
    own = { ...reading, x: across, y: up, near };
  }
  return {
    ...figure,
    panels: [panel],
    reading: own,
    remarks: [...(figure.remarks ?? []), viewText(view)],
  };
}
