// Written by `UPDATE_TYPES=1 cargo test --lib types` from the types of the Rust side. Do not edit.

/** Every lab; the first is the one of a link that names none. */
export const LABS = ['copy', 'encodings', 'sequence', 'geometry', 'mixtures', 'symmetry'] as const;
export type LabId = (typeof LABS)[number];

/** What of each lab goes on to others. */
export const ONWARDS: Record<LabId, Onward[]> = {
  "copy": [
    {
      "gives": {
        "kind": "arms",
        "label": "The encodings that race",
        "question": "onward.arms",
        "of": "settings"
      },
      "to": [
        {
          "lab": "encodings",
          "name": "Encodings",
          "label": "see what their positions look like",
          "part": "inspect",
          "file": false
        }
      ]
    },
    {
      "gives": {
        "kind": "table",
        "label": "The position table of the run",
        "question": "run.hands",
        "of": "run"
      },
      "to": [
        {
          "lab": "encodings",
          "name": "Encodings",
          "label": "compare it with other encodings",
          "part": "inspect",
          "file": true
        },
        {
          "lab": "geometry",
          "name": "Geometry",
          "label": "is it a map?",
          "part": "map",
          "file": true
        }
      ]
    },
    {
      "gives": {
        "kind": "matrix",
        "label": "The value–output map of the head",
        "question": "run.hands",
        "of": "head"
      },
      "to": [
        {
          "lab": "symmetry",
          "name": "Symmetry",
          "label": "does it respect rotations?",
          "part": "own",
          "file": false
        }
      ]
    }
  ],
  "encodings": [
    {
      "gives": {
        "kind": "arms",
        "label": "The encodings of the experiment",
        "question": "onward.arms",
        "of": "settings"
      },
      "to": [
        {
          "lab": "copy",
          "name": "Copy",
          "label": "race them",
          "part": "loss",
          "file": false
        }
      ]
    },
    {
      "gives": {
        "kind": "table",
        "label": "The table on the left",
        "question": "onward.left",
        "of": "settings"
      },
      "to": [
        {
          "lab": "geometry",
          "name": "Geometry",
          "label": "is it a map?",
          "part": "map",
          "file": true
        }
      ]
    },
    {
      "gives": {
        "kind": "table",
        "label": "The table on the right",
        "question": "onward.right",
        "of": "settings"
      },
      "to": [
        {
          "lab": "geometry",
          "name": "Geometry",
          "label": "is it a map?",
          "part": "map",
          "file": true
        }
      ]
    },
    {
      "gives": {
        "kind": "table",
        "label": "The position table of the run",
        "question": "run.hands",
        "of": "run"
      },
      "to": [
        {
          "lab": "geometry",
          "name": "Geometry",
          "label": "is it a map?",
          "part": "map",
          "file": true
        }
      ]
    },
    {
      "gives": {
        "kind": "matrix",
        "label": "The value–output map of the head",
        "question": "run.hands",
        "of": "head"
      },
      "to": [
        {
          "lab": "symmetry",
          "name": "Symmetry",
          "label": "does it respect rotations?",
          "part": "own",
          "file": false
        }
      ]
    }
  ],
  "geometry": [
    {
      "gives": {
        "kind": "table",
        "label": "The embedding",
        "question": "onward.table",
        "of": "run"
      },
      "to": [
        {
          "lab": "encodings",
          "name": "Encodings",
          "label": "compare it with other encodings",
          "part": "inspect",
          "file": true
        }
      ]
    }
  ],
  "mixtures": [],
  "sequence": [
    {
      "gives": {
        "kind": "graph",
        "label": "The graph of which symbol follows which in the sequence",
        "question": "onward.graph",
        "of": "settings"
      },
      "to": [
        {
          "lab": "geometry",
          "name": "Geometry",
          "label": "learn it",
          "part": "map",
          "file": false
        }
      ]
    }
  ],
  "symmetry": []
};

/** What can be asked, with which arguments, and what the answer is. */
export interface Questions {
  'ball': { arguments: Nothing; answer: Ball };
  'block': { arguments: Nothing; answer: BlockAnswer };
  'coefficients': { arguments: OfMixtureRun; answer: CoefficientsAnswer };
  'context': { arguments: OfContext; answer: ContextAnswer };
  'context.file': { arguments: DensityFile; answer: Densities };
  'csv': { arguments: TableName; answer: string };
  'device': { arguments: Nothing; answer: DeviceCheck };
  'dial': { arguments: Nothing; answer: DialAnswer };
  'errors': { arguments: Nothing; answer: ErrorsAnswer };
  'graph': { arguments: Nothing; answer: GraphAnswer };
  'heads': { arguments: OfHeads; answer: HeadsAnswer };
  'inspect.forget': { arguments: Nothing; answer: null };
  'inspect.picture': { arguments: OfSide; answer: Picture };
  'inspect.spectrum': { arguments: OfSide; answer: Spectrum | null };
  'inspect.table': { arguments: TableFile; answer: Bytes };
  'inspect.upload': { arguments: TableUpload; answer: UploadInfo };
  'integral': { arguments: OfMixtureRun; answer: IntegralAnswer };
  'kinds': { arguments: Nothing; answer: Array<StoredRun> };
  'lemma': { arguments: Nothing; answer: Lemma };
  'logit': { arguments: Nothing; answer: Logit };
  'map': { arguments: OfMap; answer: MapAnswer };
  'map.edges': { arguments: EdgeFile; answer: EdgeList };
  'map.nearest': { arguments: OfNode; answer: NearestAnswer };
  'map.table': { arguments: MapTable; answer: Array<[string, string]> };
  'matrices': { arguments: OfMatrix; answer: MatrixAnswer };
  'measures': { arguments: Nothing; answer: Array<MeasureRow> };
  'onward.arms': { arguments: Which; answer: Handed };
  'onward.fits': { arguments: Handing; answer: Array<[string, string]> };
  'onward.graph': { arguments: Which; answer: Handed };
  'onward.left': { arguments: Which; answer: Handed };
  'onward.right': { arguments: Which; answer: Handed };
  'onward.table': { arguments: Which; answer: Handed };
  'operations': { arguments: Look; answer: Operations };
  'own': { arguments: Nothing; answer: OwnAnswer };
  'paths': { arguments: OfRun; answer: PathsAnswer };
  'phase': { arguments: Nothing; answer: Phase };
  'report': { arguments: Nothing; answer: EncodingsReport | SessionReport };
  'run.csv': { arguments: RunTable; answer: string };
  'run.elsewhere': { arguments: Wanted; answer: Array<Elsewhere> };
  'run.found': { arguments: Nothing; answer: Anything };
  'run.hands': { arguments: Which; answer: Handed };
  'run.inspect': { arguments: Subject; answer: Inspection };
  'run.profile': { arguments: Nothing; answer: Profile };
  'run.results': { arguments: Nothing; answer: Results };
  'run.save': { arguments: Nothing; answer: Bytes };
  'samples': { arguments: Nothing; answer: Array<SamplesAnswer> };
  'session': { arguments: Knows; answer: SessionUpdate };
  'session.forget': { arguments: Knows; answer: SessionUpdate };
  'session.recall': { arguments: Cued; answer: SessionUpdate };
  'session.replay': { arguments: Given; answer: SessionUpdate };
  'session.store': { arguments: Given; answer: SessionUpdate };
  'span': { arguments: Nothing; answer: SpanAnswer };
  'spectrum': { arguments: OfRun; answer: SpectrumAnswer };
  'spikes': { arguments: At; answer: Spikes };
  'symbols': { arguments: Nothing; answer: Array<string> };
  'time': { arguments: Recalls; answer: Timing };
  'why': { arguments: Nothing; answer: Why };
}

/** What is compared in a run, how it is measured, and where. */
export type About = {
/** Identifier of the lab. */
lab: LabId,
/** What is compared. */
arms: Array<ArmInfo>,
/** Every arm with every seed. */
runs: Array<RunInfo>,
/** What is measured. */
measures: Array<Measure>,
/** Which executor works, and why. */
executor: ExecutorInfo,
/** What a step costs. */
cost: Cost,
/** Steps, or units of work, in all. */
steps: number,
/** Every setting by name. */
values: { [key in string]: string },
/** The link's fragment that restores the settings. */
link: string,
/** Whether its state can be saved, and looked into. */
weights: boolean,
/** Names of the settings that say when it ends, if it can end later than it was to. */
ends: Array<string>, };

/** Why there are no numbers. */
export type Absent = {
/** Which run, as a place in the list of runs. */
run: number,
/** Which measure; all of them if left out. */
measure?: string,
/** From this place of the axis on. */
from: number,
/** Up to this one. */
to: number,
/** In words. */
reason: string, };

/** An answer whose type is the lab's own; null where there is nothing. */
export type Anything = unknown;

/** What is compared, as lines of a chart. */
export type ArmInfo = {
/** Identifier. */
id: string,
/** Name on the page. */
label: string,
/** What is special about it, or nothing. */
help?: string, };

/** A symbol of the settings' sequence, from 0. */
export type At = { at: number, };

/** A horizontal axis. */
export type Axis = {
/** Identifier, the head of its column. */
id: string,
/** Name. */
label: string,
/** Unit, or nothing. */
unit: string, };

/** What the page shows of Hamming balls and softmax. */
export type Ball = {
/** Dimensions n. */
bits: number,
/** Radius r. */
radius: number,
/** By Hamming distance, 0 … n. */
points: Array<BallPoint>,
/** The fitted β. */
beta: number,
/** R² of the fit of ln(intersection). */
rSquared: number,
/** Distances 0 … this were fitted. */
fittedTo: number,
/** Fits at the reference's bits and radii. */
fits: Array<Reference>,
/** Both used as retrieval. */
retrieval: Retrieval,
/** What is claimed, and what was measured. */
verdicts: Array<Verdict>, };

/** One distance of query and memory. */
export type BallPoint = {
/** Hamming distance. */
distance: number,
/** 1 − 2 δ / n. */
cosine: number,
/** Share of the intersection at distance 0. */
intersection: number,
/** exp(β (cosine − 1)). */
softmax: number,
/** Whether β was fitted to it. */
fitted: boolean, };

/** Which way is better. */
export type Better = "lower" | "higher" | "neither";

/** Which part of a block breaks a symmetry. */
export type BlockAnswer = { groups: Array<GroupName>, whole: [number | null, number | null, number | null], parts: Array<BlockRow>, sentence: string,
/** Greatest errors of rounding, in single and double precision. */
rounding: [number, number], };

/** A part of a block. */
export type BlockRow = { name: string, set: string,
/** Median errors of that part alone; null where there is no output. */
alone: [number | null, number | null, number | null],
/** And of the block without it. */
without: [number | null, number | null, number | null], };

/** Bytes of a file; a `Uint8Array` on the page. */
export type Bytes = Uint8Array;

/** What other tokens change in the output of attention, through layers as they are drawn. */
export type ChangeAnswer = {
/** The most that a number of the output changes, of the largest. */
by: number,
/** What rounding may do there. */
allowed: number, };

/** Firing order against dot products. */
export type Check = {
/** Identifier of the neuron. */
neuron: string,
/** Its name. */
label: string,
/** Volleys before the one that counts. */
load: number,
/** Pairs. */
pairs: number,
/** Pairs of which both codes are equal. */
same: number,
/** Mean cosine. */
mean: number,
/** Smallest cosine. */
least: number, };

/** What comparing two certificates says. */
export type CheckComparison = {
/** Whether every bit agrees. */
same: boolean,
/** Largest relative difference of the two means; nothing if one is not a number. */
difference: number | null,
/** In words. */
sentence: string, };

/** What a row is about. */
export type CheckedKind = "kernel" | "gradients" | "losses" | "exact";

/** How a check ended. */
export type CheckedOutcome = "passed" | "failed" | "not-run";

/** One check. */
export type CheckedRow = {
/** What it is about. */
kind: CheckedKind,
/** Name of the kernel, of the lab, or of its preset. */
name: string,
/** What it was compared with. */
with: string,
/** Launches, tensors or numbers that were compared. */
cases: number,
/** The largest difference; nothing if something was no number, or nothing was compared. */
difference: number | null,
/** What is allowed. */
allowed: number,
/** How it ended. */
outcome: CheckedOutcome,
/** Why, if it did not pass. */
why: string, };

/** One option of a choice. */
export type ChoiceOption = {
/** Identifier, as in a link. */
value: string,
/** Name on the page. */
label: string,
/** One sentence. */
help: string, };

/** Where Node2Vec ends. */
export type ClosedAnswer = { objective: number, projection: number,
/** Steps at this rate until what decays slowest has gone down by e⁻⁸. */
steps: number, };

/** A cloud of pairs of positions p < q: dot products under one encoding (x) and another (y). */
export type Cloud = { label: string,
/** Regression through the origin of y on x. */
slope: number, pearson: number, spearman: number,
/** Largest |y − expected × x|; null where no slope is expected. */
residual: number | null,
/** How many pairs there are. */
pairs: number,
/** A sample of them: x0, y0, x1, y1 … in the order of x. */
points: Floats, };

export type CloudReport = { slope: number, pearson: number, spearman: number, residual: number | null, pairs: number, };

/** A coefficient, read out. */
export type CoefficientAnswer = {
/** From 1. */
mode: number,
/** On contexts that the read-out was not fitted on. */
r2: number,
/** True and read, in standard deviations of the law `[..][2]`. */
points: Floats,
/** The same of the clouds of the reader's own mixture; empty if there is none. */
own: Floats, };

/** What attention's output knows. */
export type CoefficientsAnswer = { about: string, modes: Array<CoefficientAnswer>, };

/** A context as what it is. */
export type ContextAnswer = {
/** In a sentence, what it is. */
about: string,
/** Places of the grid. */
z: Array<number>,
/** Of each cloud `[components][grid]`, of mean one. */
densities: Floats,
/** Angle of each tag in degrees; nothing where tags have no angle. */
angles: Array<number>,
/** What is asked of each cloud, in standard deviations; nothing of the reader's own. */
answers: Array<number>,
/** Places of tokens that are drawn, and the cloud of each. */
places: Floats, clouds: Array<number>,
/** Share of the law's densities that have to be clipped at zero, of 1000 clouds. */
clipped: number,
/** Left of the variance: to who knows the tag alone, to who sees no tags; and with exchanged queries to who recalls without fault. */
queryOnly: number, blur: number, exchanged: number,
/** Spread of the first four coefficients. */
spreads: Array<number>,
/** The mixture as settings have it, so that it can be changed. */
text: string,
/** What repeating and permuting the tokens changes; nothing where they stand as they were drawn. */
change: ChangeAnswer | null, };

/** Spearman's ρ of a measure with steps to 99 %; a run that has not learned comes after all that have. */
export type Correlation = {
/** Measure. */
measure: string,
/** Its name. */
label: string,
/** `all`, or a family. */
family: string,
/** By seed; nothing where it is undefined. */
bySeed: Array<number | null>,
/** Over the seeds. */
spread: Spread | null,
/** Tables behind it. */
arms: number,
/** How many of them have been learned, by seed. The others are tied: with few learned, ρ says little. */
learned: Array<number>, };

/** What a race costs. */
export type Cost = {
/** Trained and fixed parameters of one run; of models of several sizes, the largest. */
parameters: number,
/** Bytes of all buffers, all runs. */
bytes: number,
/** Kernel launches in one training step, for all runs together. */
launchesPerStep: number,
/** Floating-point operations of the matrix products in one training step, all runs. */
flopsPerStep: number, };

/** A cue to go on from alone. */
export type Cued = {
/** "#3" is the first three symbols that were stored. */
cue: string,
/** For how many symbols; null is as many as the settings say. */
count?: number, known?: Known, };

/** A set of curves over one axis. */
export type Curves = {
/** Identifier, as in the names of files. */
id: string,
/** Name. */
label: string,
/** The axis. */
x: Axis,
/** The measures. */
measures: Array<Measure>,
/** What is compared. */
arms: Array<ArmInfo>,
/** The runs. */
runs: Array<RunInfo>,
/** The places, in order. */
points: Array<Point>, };

/** What would decide an open claim, as far as that is known. */
export type Decides = {
/** So many seeds. */
seeds?: number,
/** So many steps in all. */
steps?: number,
/** A learning rate that does not fall to zero. */
constant?: boolean, };

/** Densities over z, one per cloud: linear between the rows of a table, constant beyond them. */
export type Densities = {
/** Places in [0, 1], rising. */
z: Array<number>,
/** Of each cloud, a density at each place, zero or more; as given, not normalised. */
clouds: Array<Array<number>>, };

/** A table of densities. */
export type DensityFile = { bytes: Bytes, };

/** Everything about a lab that does not depend on a configuration. */
export type Description = {
/** Which lab. */
lab: LabId,
/** Its name on the page. */
label: string,
/** The reader's question. */
question: string,
/** The property table. */
properties: Array<Property>,
/** The presets, the defaults first. */
presets: Array<Preset>,
/** Parts of its page. */
parts: Array<Part>, };

/** Who takes something, and what becomes of it there. */
export type Destination = {
/** Which lab. */
lab: LabId,
/** The lab's name. */
name: string,
/** As [`Takes::label`]. */
label: string,
/** As [`Takes::part`]. */
part: string,
/** As [`Takes::file`]. */
file: boolean, };

/** What was found of a device. */
export type DeviceCheck = {
/** Version of this program. */
version: string,
/** What was checked. */
executor: ExecutorInfo,
/** Whether all passed that could be checked. */
outcome: CheckedOutcome,
/** In a sentence or two. */
sentence: string,
/** The checks. */
rows: Array<CheckedRow>, };

/** A space that is turned by hand. */
export type DialAnswer = {
/** Dimensions: 2 or 3. */
space: number,
/** The map's name. */
label: string,
/** Vectors after the turn, `[n][space]`; of the knowledge `[m][space]`. */
x: Array<Array<number>>, z: Array<Array<number>>,
/** What the map makes of them; empty where it makes nothing. */
y: Array<Array<number>>,
/** What it made of them before the turn, turned. */
ghost: Array<Array<number>>,
/** Degrees by which it is turned. */
angle: number,
/** The error at this angle; null where it makes nothing. */
error: number | null,
/** Degrees. */
angles: Array<number>,
/** Of each map, its errors at those. */
curves: Array<DialCurve>, };

/** Errors of a map by angle. */
export type DialCurve = { map: string, label: string, errors: Array<number>, };

/** An edge list. */
export type EdgeFile = { bytes: Bytes, };

/** What was read, and what was left out of it. */
export type EdgeList = {
/** The edges as a link has them. */
edges: string,
/** Nodes, edges and components, and what was left out or merged, each a sentence. */
notices: Array<string>, };

/** A lab to go on in. */
export type Elsewhere = { lab: string, label: string, link: string, };

/** What is written of two encodings. */
export type EncodingsReport = { version: string,
/** The left encoding. */
left: SideReport,
/** The right one. */
right: SideReport,
/** Measures of both. */
measures: Array<MeasureRow>, phase: Phase, lemma: LemmaReport,
/** What the lemma's numbers say of its claims. */
verdicts: Array<Verdict>,
/** Which lab. */
lab: string,
/** The link's fragment that restores the configuration. */
link: string,
/** Every setting by name: numbers as numbers, flags as flags, lists as lists. */
settings: Record<string, string | number | boolean | string[]>, };

/** How far one map is from respecting one symmetry. */
export type ErrorRow = { map: string, label: string, group: string,
/** Median, least and greatest error in single precision; null where the map makes nothing. */
single: [number | null, number | null, number | null],
/** And in double. */
double: [number | null, number | null, number | null], };

/** Of one seed: the errors of all sizes, and what they say. */
export type Errors = { seed: number,
/** Root mean square over the draws, relative to the integral, a size after the other. */
errors: Array<number>,
/** Of their logarithms over that of N. */
slope: number,
/** The most that a permutation changed, and doubling, of the largest value; at 1024 tokens and at 8192. */
permuted: [number, number], doubled: [number, number], };

/** How far every map is from respecting every symmetry. */
export type ErrorsAnswer = { groups: Array<GroupName>, rows: Array<ErrorRow>, trials: number,
/** Greatest errors of rounding, in single and double precision. */
rounding: [number, number], verdicts: Array<Verdict>, };

/** Which executor works, and why that one. */
export type ExecutorInfo = {
/** `cpu` or `webgpu`. */
kind: 'cpu' | 'webgpu',
/** Name of the adapter, or of the instruction set. */
name: string,
/** Why this one was taken, in a sentence. */
reason: string,
/** Matrix-product variant in use. */
matmul: string, };

/** A spike of a code. */
export type Fired = {
/** Neuron. */
neuron: number,
/** Time in gaps. */
time: number,
/** From 0. */
rank: number,
/** `α^rank`. */
significance: number, };

/** Many numbers in single precision; a `Float32Array` on the page. */
export type Floats = Float32Array;

/** An arm of the control. */
export type Follower = {
/** Identifier. */
id: string,
/** Name. */
label: string,
/** Largest |difference| of held-out loss from the reference of the same seed, bits per token, over the seeds. */
largest: Spread | null,
/** Step of the largest of all. */
at: number | null,
/** By seed. */
bySeed: Array<number | null>, };

/** Gaussian tokens. */
export type Gaussian = {
/** `uᵀSu`. */
load: number,
/** Relative errors by size, over all seeds, and what is predicted. */
errors: Array<number>, predicted: Array<number>,
/** `S u`, its first two numbers, and estimates of it from 256 tokens. */
arrow: [number, number], estimates: Array<[number, number]>, };

/** A sequence for the session's machine. */
export type Given = {
/** Null is that of the settings. */
text?: string, known?: Known, };

/** What a lab gives. */
export type Gives = {
/** Its kind: one of the names above. */
kind: string,
/** In the reader's words. */
label: string,
/** What is asked for it: it takes [`Which`] and answers [`Handed`]. */
question: string,
/** Whether it is of one run of the open race, and of one head of it. */
of: Of, };

/** A graph, in numbers. */
export type GraphAnswer = { nodes: number,
/** Each counted once. */
edges: number, components: number,
/** Least and greatest number of neighbours. */
degrees: [number, number],
/** Nats a directed edge that no learner goes below. */
floor: number,
/** The same where nodes are taught as their own neighbours. */
floorSelf: number,
/** Share of directed edges that a learner finds at best which names one neighbour a node. */
ceiling: number, };

/** A symmetry. */
export type GroupName = { id: string, label: string, };

/** What is given. */
export type Handed = {
/** What it is. */
about: string,
/** Itself. */
text: string, };

/** Something for another lab. */
export type Handing = {
/** Which. */
lab: string, kind: string, text: string, };

/** Who attends to whom. */
export type HeadsAnswer = {
/** In a sentence, whose heads. */
about: string,
/** Mean weight `[heads][tag asked for][tag looked at]`; empty where weights do not sum to one. */
masses: Floats, heads: number, components: number,
/** Of each head, the weight on the tag asked for. */
sameTag: Array<number>,
/** And the weight of the tag that has most, over queries. */
sharpness: Array<number>,
/** Angle from the tag asked for to the tag looked at, from −180 to 180 degrees `[tag asked for][tag looked at]`; empty where tags have
 * none. */
turns: Array<number>, };

/** A look inside one run, on one sequence. */
export type Inspection = { step: number, replica: number, length: number, layers: number, heads: number, vocabulary: number,
/** Input, `length` of them. */
tokens: Array<number>,
/** Text of each token. */
names: Array<string>,
/** By position; -1 where nothing is judged. */
targets: Array<number>, firstJudged: number,
/** Shape [length - firstJudged][vocabulary]. */
probabilities: Floats,
/** Whether no query attends to a key after it. */
masked: boolean,
/** Shape [layers][heads][query][key]. */
attention: Floats,
/** Shape [length][length]; null where the encoding adds nothing. */
similarity: Floats | null,
/** One sentence: what `similarity` holds. */
similarityKind: string, norms: Array<Norms>, };

/** What is found. */
export type IntegralAnswer = {
/** In a sentence, whose layers these are. */
about: string, sizes: Array<number>, seeds: Array<Errors>, gaussian: Array<Gaussian>,
/** Claims M1 and M8. */
verdicts: Array<Verdict>, };

/** What one kernel costs in a step, all its launches and all runs. */
export type KernelCost = {
/** Its name, as its file's. */
name: string,
/** Launches. */
launches: number,
/** Milliseconds. */
ms: number,
/** Millions of operations in its products. */
mflop: number,
/** Millions of bytes that it has to touch at least once. */
mbytes: number,
/** Milliseconds that arithmetic or memory need at least, whichever is more. */
boundMs: number,
/** Which of them: `arithmetic` or `memory`. */
bound: string, };

/** What values a property takes. */
export type Kind = { "type": "choice",
/** What may be picked. */
options: Array<ChoiceOption>, } | { "type": "many",
/** What may be picked. */
options: Array<ChoiceOption>, } | { "type": "integer",
/** Least value. */
min: number,
/** Greatest value. */
max: number, } | { "type": "number",
/** Least value. */
min: number,
/** Greatest value. */
max: number, } | { "type": "flag" } | { "type": "text",
/** The most characters. */
most: number,
/** Whether it is made of rows with semicolons between, so that a line that ends is one. */
rows: boolean, };

/** What of a session is known already: which one, and how many steps of it. */
export type Known = { id: number, steps: number, };

/** What is known of the session that is told. */
export type Knows = {
/** Nothing if left out. */
known?: Known, };

/** What happened. */
export type LabEvent = { "type": "training",
/** Steps, from 1. */
steps: Array<number>,
/** `values[measure][run][i]` belongs to `steps[i]`; measures of the phase training. Not a number where a run has stopped, has
 * ended, or has no such measure. */
values: Array<Array<Array<number>>>, } | { "type": "evaluation",
/** Steps trained so far. */
step: number,
/** `values[measure][run]`; measures of the phase evaluation. Not a number as above, and where a run is not evaluated at this step. */
values: Array<Array<number>>, } | { "type": "reached",
/** Which run. */
replica: number,
/** Identifier of the measure. */
measure: string,
/** Steps trained by then. */
step: number, } | { "type": "stopped",
/** Which run. */
replica: number,
/** At which step, from 1. */
step: number,
/** In words. */
reason: string, } | { "type": "recovered",
/** The checkpoint's step. */
step: number,
/** In words. */
reason: string, } | { "type": "progress",
/** Steps done. */
step: number,
/** Steps to do. */
steps: number,
/** Milliseconds per step over the last second or so. */
stepMs: number, } | { "type": "finished",
/** Steps done. */
step: number, };

/** A spike that a layer which is shut off keeps to itself. */
export type Late = {
/** Neuron. */
neuron: number,
/** Time in gaps. */
time: number, };

/** Lemma 1 on one length, width and window. */
export type Lemma = { length: number, width: number, window: number,
/** (T / L)². */
expected: number, spikeTime: Cloud, compressed: Cloud, verdicts: Array<Verdict>, };

export type LemmaReport = { expected: number, spikeTime: CloudReport, compressed: CloudReport, };

/** A number that gives others their meaning, such as a bound or what a known rule reaches. */
export type Level = {
/** The number. */
at: number,
/** What it is, in a few words. */
label: string, };

/** A full attention logit of layer 1, split, before and after the mapping. */
export type Logit = {
/** 'random' are the weights at step 0. */
weights: string, step: number, run: string, head: number, length: number,
/** T / L. */
scale: number, tokens: Array<string>, parts: Array<LogitPart>,
/** How far whole logits are from one global factor, in words. */
sentence: string, content: boolean, undone: boolean, largestDifference: number,
/** Attention weights [query][key] under the switches, before the mapping. */
before: Floats,
/** After it. */
after: Floats, };

/** One of the four parts. */
export type LogitPart = {
/** Identifier. */
id: string,
/** Name. */
label: string,
/** Root mean square over the pairs that attention sees, before the mapping. */
before: number,
/** The same after it. */
after: number,
/** `after / before`; nothing where that is undefined. */
factor: number | null,
/** What the algebra says; nothing where layer norm comes first, which divides by the size of the whole sum. */
expected: number | null,
/** In words. */
power: string, };

/** A look at both machines. */
export type Look = {
/** A symbol of the settings' sequence, from 0. */
at: number,
/** Takes up a lesson of the transformer that was stopped. */
goOn?: boolean, };

/** The graph on paper, and what a run has made of it. */
export type MapAnswer = {
/** Names of the nodes. */
nodes: Array<string>,
/** On paper, `[nodes][2]`. */
drawing: Floats,
/** Pairs of nodes, each edge once. */
links: Array<number>,
/** Arm or component of each node, and what these are called. */
groups: Array<number>, groupNames: Array<string>,
/** Nothing without a race of this graph. */
map: OneMap | null,
/** What is measured of the embedding, in a sentence; empty of what a race measures. */
measured: string,
/** Of the other arms, if they were asked for. */
beside: Array<OneMap>,
/** Why there is no map; empty if there is one. */
why: string, };

/** An axis of the map. */
export type MapAxis = { label: string,
/** Of the embedding's variance. */
share: number, };

/** A table of the reader's. */
export type MapTable = { name: string, bytes: Bytes, };

/** A matrix. */
export type MatrixAnswer = { rows: Array<string>, columns: Array<string>,
/** `[rows][columns]`; not a number where there is no way. */
values: Floats,
/** In a sentence, what it is. */
about: string, };

/** A measure. It is told from others of its phase by its identifier. */
export type Measure = {
/** Identifier, as in files: lower case, with hyphens. */
id: string,
/** Name of its figure. */
label: string,
/** Head of its column, where there is less room. */
short: string,
/** Unit, or nothing. */
unit: string,
/** What its numbers are. */
kind: MeasureKind,
/** Which way is better. */
better: Better,
/** When it is taken. */
phase: MeasurePhase,
/** Value from which on a run counts as having reached it: the first step is reported for each run. */
threshold?: number,
/** What a model reaches that guesses. */
chance?: number,
/** What else is known of its numbers, drawn as lines across its figure. */
levels?: Array<Level>, };

/** What numbers a measure takes, which says how it is drawn and written. */
export type MeasureKind = "share" | "count" | "amount" | "number";

/** When it is taken. */
export type MeasurePhase = "training" | "evaluation";

/** A measure of both sides. */
export type MeasureRow = {
/** Identifier. */
id: string,
/** Name. */
label: string,
/** Formula. */
formula: string,
/** Unit, or nothing. */
unit: string,
/** Of the left encoding. */
left: number | null,
/** Of the right one. */
right: number | null,
/** Words in place of a number. */
leftText: string,
/** The same on the right. */
rightText: string, };

/** Why a symbol was taken in. */
export type Mode = "store" | "replay" | "cue" | "recall";

/** A node that is near to another. */
export type Near = { node: number, name: string, cosine: number,
/** Edges between them; null where there is no way. */
hops: number | null, };

/** The nodes that are nearest to one. */
export type NearestAnswer = { node: number, name: string, neighbours: number, nearest: Array<Near>, };

/** What comes next, in the machine's opinion. */
export type Next = {
/** The symbol. */
symbol: string,
/** Cosine of the store's output to its code. */
similarity: number, };

/** Euclidean norms over one layer's parameters. */
export type Norms = {
/** Prefix of the parameters' names. */
name: string,
/** For the reader. */
label: string,
/** How many numbers. */
parameters: number,
/** Of the parameters. */
weight: number,
/** Of the loss's gradient at the last step, before clipping; zero before the first and for what is not trained. */
gradient: number, };

/** No arguments. */
export type Nothing = Record<symbol, never>;

/** Of what there is one to give. */
export type Of = "settings" | "run" | "head";

/** A context. */
export type OfContext = {
/** Which of the held-out ones; the first if left out. The reader's own mixture comes before them, where there is one. */
at?: number,
/** How many tokens are drawn to look at. */
tokens?: number,
/** How often each of them stands there; once if left out. */
copies?: number,
/** Which other order they are put in; none if left out or 0. */
permuted?: number, };

/** One run of the race, the first if left out, and contexts that it looks at. */
export type OfHeads = { run?: number,
/** Whether that is the reader's own mixture; the held-out contexts if left out. */
own?: boolean, };

/** A run of the race, alone or beside the others of its seed. */
export type OfMap = {
/** Which; the first if left out. Without an open race the graph alone is told. */
run?: number,
/** Whether the maps of the other arms are told too, of the same seed. */
beside?: boolean, };

/** A matrix, of one run of the race. */
export type OfMatrix = { run?: number,
/** cosine, adjacency, hops or logits. */
which: string,
/** Whether entries an odd number of hops apart change their sign: a zigzag becomes a map. */
flip?: boolean, };

/** One run of the race; the first if left out. */
export type OfMixtureRun = { run?: number, };

/** A node, in one run of the race. */
export type OfNode = { run: number, node: number, };

/** One run of the race. */
export type OfRun = {
/** Which; the first if left out. Without an open race the graph alone is told. */
run?: number, };

/** One of the two sides. */
export type OfSide = { side: Side, };

/** What a run has made of the graph. */
export type OneMap = {
/** Identifier of the arm, and its name. */
arm: string, label: string,
/** Its seed, and steps trained; of a table of the reader's there are none. */
seed: number | null, step: number | null,
/** Its axes. */
axes: Array<MapAxis>,
/** `[nodes][3]`. */
points: Floats,
/** In a sentence, what the axes are. */
about: string, };

/** What of a lab goes on elsewhere. */
export type Onward = {
/** What it gives. */
gives: Gives,
/** Who takes it. */
to: Array<Destination>, };

/** Both machines at one symbol. */
export type Operations = {
/** Which symbol. */
at: number,
/** Of how many. */
length: number,
/** The symbol. */
symbol: string,
/** The one that comes next. */
next: string | null,
/** The five operations. */
stages: Array<Stage>,
/** What both predict. */
predictions: Predictions,
/** How the transformer was trained. */
training: string,
/** Whether it was stopped before it had learned it, and would go on. */
unfinished: boolean, };

/** What an experiment has found so far. */
export type Outcome = { "experiment": "live" } | { "experiment": "control",
/** Identifier of the reference. */
reference: string,
/** The others. */
rows: Array<Follower>, } | { "experiment": "sweep",
/** Seeds. */
seeds: Array<number>,
/** Tables. */
arms: Array<SweepArm>,
/** Rank correlations. */
correlations: Array<Correlation>,
/** In words. */
sentence: string, } | { "experiment": "lengths",
/** Length in training. */
trained: number,
/** Steps trained. */
step: number,
/** What was measured at each length; an arm that cannot be longer says why. */
curves: Curves,
/** What the task asks of a longer sequence. */
sentence: string, };

/** What the reader's data say. */
export type OwnAnswer = { rows: Array<OwnRow>,
/** Error of the reader's own map. */
own: number | null,
/** Greatest errors of rounding, in single and double precision. */
rounding: [number, number], notes: Array<string>,
/** The orthogonal matrix nearest to a Q that is none. */
nearest: string | null, };

/** An error of a map on the reader's data. */
export type OwnRow = { map: string, label: string,
/** In single and double precision; null where there is nothing to judge. */
errors: [number, number] | null,
/** Why not. */
why: string, };

/** One frequency: a sine and a cosine column. */
export type Pair = {
/** `i`. */
index: number,
/** `ω_i`, radians per position. */
frequency: number,
/** `ω_i p`, radians, not wrapped. */
phase: number,
/** `ω_i L/T`: the phase is this times the spike time. */
slope: number,
/** `sin` and `cos` of the phase. */
sinusoidal: [number, number],
/** `T/L` times these: the lemma's mapping. */
amplitude: [number, number],
/** `sin` and `cos` of `ω_i t`: the spike time put inside, which the lemma does not cover. */
inside: [number, number], };

/** A part of a lab's page. */
export type Part = {
/** Name in links. */
id: string,
/** Name on the page. */
label: string,
/** One sentence. */
help: string,
/** Names of the settings that its answer depends on; none where it asks nothing, or only about the open run. */
settings: Array<string>,
/** Names of what stands in it and can be hidden, or shown alone, by itself: a section or a figure. */
within: Array<string>, };

/** The arms of a path-star: what is held out, and what of it is found. */
export type PathsAnswer = {
/** Of each arm, whether its path is held out. */
heldOut: Array<boolean>,
/** Whether the paths of the others are taught to this run. */
taught: boolean,
/** The arms that are asked, counted from 0; none without a race. */
asked: Array<number>,
/** Of each of those, whether its first step is found, and the probability that the run gives it. */
found: Array<boolean>, probability: Floats,
/** And the cosine of its leaf and its first node in the embedding. */
cosine: Floats,
/** Share of arms whose first step a guess finds. */
chance: number,
/** In a sentence, what it is of. */
about: string, };

/** A position on the clock. */
export type Phase = {
/** `p`. */
position: number,
/** `L`. */
length: number,
/** `T`. */
window: number,
/** `(T/L) p`, in the unit of the window. */
spikeTime: number,
/** Fastest frequency first. */
pairs: Array<Pair>, };

/** The similarity of every position to every other. */
export type Picture = {
/** `[length][length]`; null where there is nothing to compare. */
matrix: Floats | null,
/** By distance. */
mean: Floats,
/** By distance. */
least: Floats,
/** By distance. */
greatest: Floats,
/** `left` or `right`. */
side: 'left' | 'right',
/** Identifier of the encoding. */
encoding: string,
/** Its name. */
label: string,
/** Its formula, in a sentence. */
formula: string,
/** What the matrix holds; or why there is none. */
note: string,
/** Positions. */
length: number,
/** Entries of a position's vector; 0 where it has none. */
width: number,
/** Identifier of the measure. */
measure: 'dot' | 'cosine' | 'distance',
/** Steps that a trained table was trained for. */
step: number | null,
/** Where the matrix was computed. */
executor: ExecutorInfo | null,
/** Milliseconds that it took. */
ms: number, };

/** Numbers at one place of the axis. */
export type Point = {
/** The place. */
x: number,
/** `values[measure][run]`; not a number where there is none, null in files. */
values: Array<Array<number>>, };

/** What both predict. */
export type Predictions = {
/** The sequence machine. */
machine: string,
/** The transformer. */
transformer: string, };

/** A named set of values over the defaults. */
export type Preset = {
/** Identifier. */
id: string,
/** Name on the page. */
label: string,
/** One sentence. */
help: string,
/** Names and values that differ from the defaults. */
values: Array<[string, string]>, };

/** A value that was refused: which, why, and what is allowed. */
export type Problem = {
/** Name of the property. */
field: string,
/** What was given. */
given: string,
/** What is allowed. */
allowed: string,
/** What is used instead. */
used: string, };

/** What a step costs. */
export type Profile = {
/** `cpu` or `webgpu`. */
executor: string,
/** How it was timed, in a sentence. */
method: string,
/** Steps averaged. */
steps: number,
/** Billions of operations a second of a matrix product, measured just now. */
peakGflops: number,
/** Billions of bytes a second of a plain copy as large as a run's buffers, read and written, measured just now. */
peakGbps: number,
/** By kernel, dearest first. */
kernels: Array<KernelCost>,
/** Milliseconds of a step, all kernels. */
totalMs: number,
/** Milliseconds that the bounds allow. */
boundMs: number, };

/** A row of the table. */
export type Property = {
/** Name in links, configurations and flags. */
name: string,
/** What depends on it. */
scope: Scope,
/** Heading under which the page lists it, for readers: nothing follows from it. */
group: string,
/** Name on the page. */
label: string,
/** Unit of the value, or nothing. */
unit: string,
/** One or two sentences: what it does. */
help: string,
/** What values it takes. */
kind: Kind,
/** Its default, as text. */
default: string, };

/** One neuron of a code in three readings. */
export type Reading = {
/** Neuron. */
neuron: number,
/** From 0. */
rank: number,
/** `α^rank`. */
significance: number,
/** In gaps from the volley's beginning. */
time: number,
/** 2π of the time in the volley's window, which has a gap for each spike. */
phase: number, };

/** How many words are recalled. */
export type Recalls = {
/** At least 1, at most a million; 10,000 if left out. */
recalls?: number, };

/** A fit at one radius. */
export type Reference = {
/** n. */
bits: number,
/** r. */
radius: number,
/** The fitted β. */
beta: number,
/** R² of the fit. */
rSquared: number, };

/** Results of a run. */
export type Results = {
/** Version of the format. */
format: number,
/** Which lab. */
lab: string,
/** Version that wrote it. */
version: string,
/** Link that restores the configuration. */
link: string,
/** Certificate of the first losses. */
check: string | null,
/** Every setting by name: numbers are numbers, flags are flags and lists are lists. Empty if unknown. */
settings: Record<string, string | number | boolean | string[]>,
/** Which executor worked. */
executor: ExecutorInfo | null,
/** What a step costs. */
cost: Cost | null,
/** Seconds of work, without the time that it stood still; nothing if the first steps were trained elsewhere. */
seconds: number | null,
/** Steps, or units of work, done. */
step: number,
/** How many there are. */
steps: number,
/** What is compared. */
arms: Array<ArmInfo>,
/** The runs. */
runs: Array<RunResult>,
/** The axis. */
x: Axis,
/** What is measured. */
measures: Array<Measure>,
/** Places of the axis in order, with `values[measure][run]`. */
curves: Array<Point>,
/** Why numbers are not there. */
absent: Array<Absent>,
/** Claims and what the run says of them. */
verdicts: Array<Verdict>,
/** Curves over other axes. Never read again: they follow from what was trained. */
more?: Array<Curves>,
/** What a lab has found besides. Never read again. */
found?: unknown, };

/** Both retrievals on the same memories. */
export type Retrieval = {
/** Patterns that both hold. */
memories: number,
/** By noise of the query. */
rows: Array<Row>, };

/** One noise level. */
export type Row = {
/** Wrong bits of the query. */
noise: number,
/** Queries. */
queries: number,
/** Share for which both recall the same memory. A query that no ball reaches counts as no agreement. */
agree: number,
/** Share for which the ball intersection recalls the memory that the query came from. */
sdm: number,
/** Share for which attention does. */
attention: number,
/** Mean cosine of the two retrieved patterns, unsigned. */
cosine: number, };

/** A table of words. */
export type Rows = {
/** Heads of the columns. */
head: Array<string>,
/** Rows. */
body: Array<Array<string>>, };

/** One run: an arm with a seed. */
export type RunInfo = {
/** Its place among all runs. */
replica: number,
/** Identifier of its arm. */
arm: string,
/** Its seed. */
seed: number, };

/** What became of one run. */
export type RunResult = {
/** Identifier of its arm. */
arm: string,
/** Its seed. */
seed: number,
/** By measure that has a threshold, the first step that reached it; nothing if none did. */
reached: { [key in string]: number | null },
/** Where it met a loss or gradient that is not finite, and stopped. */
stopped: Stop | null, };

/** A table of the results. */
export type RunTable = {
/** Without a name the curves. */
table?: string, };

/** Error at one number of contexts. */
export type SamplesAnswer = { alpha: number,
/** Numbers of contexts. */
contexts: Array<number>,
/** `(log n)^(α/(α+1))` of each. */
x: Array<number>,
/** Variance unexplained `[contexts][seeds]`; not a number before there is one. */
errors: Array<Array<number>>,
/** Left to who reads the first 1, 2, 3 modes without fault. */
floors: Array<number>,
/** Spread of the first coefficient. */
spread: number, };

/** What a setting is for. */
export type Scope = "run" | "look" | "machine";

/** What has happened to one memory since it was blank. */
export type Session = {
/** Every symbol taken in, oldest first. */
steps: Array<SymbolStep>,
/** Where the last command's begin. */
begin: number,
/** Symbols that have been stored, in the order of their first appearance. */
alphabet: Array<string>,
/** Symbols that have been written. */
written: number,
/** Right predictions of the last command. */
right: number,
/** Wrong ones. */
wrong: number,
/** What the last command came to. */
sentence: string,
/** Prediction of the next symbol. */
next: Next | null,
/** Weights of the address decoder, in words. */
decoder: string,
/** Which executor works. */
executor: ExecutorInfo,
/** Kernel launches for one symbol. */
launches: number,
/** Milliseconds of the last command. */
ms: number,
/** The settings of the machine. */
key: string, };

/** What the command line writes about the settings' sequence: stored once, shown again, recalled from the cue. */
export type SessionReport = {
/** Version that wrote it. */
version: string,
/** While it was stored. */
stored: Session,
/** The second time. */
replayed: Session,
/** From the cue; nothing if that could not be read. */
recalled: Session | null,
/** Why there was no recall. */
refused: string | null,
/** Which lab. */
lab: string,
/** The link's fragment that restores the configuration. */
link: string,
/** Every setting by name: numbers as numbers, flags as flags, lists as lists. */
settings: Record<string, string | number | boolean | string[]>, };

/** A session for somebody who knows its first steps already: thousands of them need not be told again. */
export type SessionUpdate = {
/** Rises with every session that a bench opens. */
id: number,
/** How many of its steps are left out. */
from: number,
/** Every symbol taken in, oldest first. */
steps: Array<SymbolStep>,
/** Where the last command's begin. */
begin: number,
/** Symbols that have been stored, in the order of their first appearance. */
alphabet: Array<string>,
/** Symbols that have been written. */
written: number,
/** Right predictions of the last command. */
right: number,
/** Wrong ones. */
wrong: number,
/** What the last command came to. */
sentence: string,
/** Prediction of the next symbol. */
next: Next | null,
/** Weights of the address decoder, in words. */
decoder: string,
/** Which executor works. */
executor: ExecutorInfo,
/** Kernel launches for one symbol. */
launches: number,
/** Milliseconds of the last command. */
ms: number,
/** The settings of the machine. */
key: string, };

/** Settings that hang together. */
export type Settled = {
/** Which lab's. */
lab: LabId,
/** Every setting by name. */
values: { [key in string]: string },
/** What was refused or mended. */
problems: Array<Problem>,
/** What a run needs and these settings do not have: until it is there none is opened. */
lacking: Array<Problem>,
/** Names of the settings from which nothing follows as the others are. */
unused: Array<string>,
/** Fragment without '#': the configuration, nothing else. */
link: string,
/** What a race of these settings measures; empty where nothing races, and while what that depends on is lacking. */
measures: Array<Measure>,
/** Parts and settings that a link hides. */
hide: Array<string>,
/** What a link shows alone. */
only: Array<string>,
/** Certificate of the first losses that a link carries. */
check: string | null, };

/** One of the two encodings that are looked at. */
export type Side = "left" | "right";

/** What is written of one encoding. */
export type SideReport = { encoding: string,
/** Name of the encoding. */
label: string, note: string, length: number, dotByDistance: Array<number>, spectrum: Spectrum | null, };

/** One thing that a retrieval compared with. */
export type SimilarityItem = {
/** What it is. */
label: string,
/** How similar it was. */
value: number,
/** Whether it is what the retrieval took, or most of it. */
chosen: boolean, };

/** Similarities that a retrieval used, strongest first or in the order of the sequence. */
export type SimilarityView = {
/** What they are. */
label: string,
/** What a value is, as in "dot product" or "attention weight". */
unit: string,
/** What was compared. */
items: Array<SimilarityItem>, };

/** How much of every map's output lies outside the span of sequence and knowledge. */
export type SpanAnswer = {
/** Dimensions in which that was looked at. */
d: number, about: string, rows: Array<SpanRow>, verdict: Verdict,
/** Vectors of the sequence; those of the knowledge follow them in the columns of the coefficients. */
n: number,
/** Coefficients A and B of the Gram form on the first draw, row after row `[n, n + m]`, and after a rotation. */
coefficients: [Floats, Floats], };

/** How much of a map's output lies outside the span. */
export type SpanRow = { map: string, label: string,
/** Median, least and greatest share; null where the map makes nothing. */
share: [number | null, number | null, number | null], };

/** Singular values of a table. */
export type Spectrum = {
/** Largest first, as many as the smaller side of the table. */
singular: Array<number>,
/** `exp` of the entropy of the singular values as shares of their sum. */
effectiveRank: number,
/** How many are above 1e-3 of the largest. */
rank: number, };

/** The spectrum of the graph, from the top down. */
export type SpectrumAnswer = {
/** Of `D⁻¹A + (D⁻¹A)ᵀ`. */
eigenvalues: Array<number>,
/** For each, which eigenspace it belongs to, counted from 1: within one only the norm means anything. */
spaces: Array<number>,
/** `‖Vᵀe‖`, as a root mean square over its eigenspace; empty without a race. */
projections: Array<number>,
/** Where Node2Vec ends, if that is known: the objective, and `‖Vᵀe‖` of the second eigenspace. */
closed: ClosedAnswer | null,
/** Why it is not known; empty if it is. */
why: string, };

/** Spikes of one layer. */
export type SpikeLayer = {
/** `input`, `context`, `decoder` or `output`. */
id: string,
/** Name. */
label: string,
/** Neurons. */
neurons: number,
/** Those that fire before the layer is shut off. */
spikes: Array<Fired>,
/** The next few that would have fired. */
late: Array<Late>,
/** Whether the code of the firing order is that of the ranked dot products. */
same: boolean,
/** Cosine of the two. */
similarity: number,
/** In words. */
sentence: string, };

/** Spikes of all layers for one symbol. */
export type Spikes = {
/** Place in the sequence, from 0. */
at: number,
/** Symbols of the sequence. */
length: number,
/** The symbol. */
symbol: string,
/** Identifier of the neuron. */
neuron: string,
/** Its name. */
label: string,
/** Its equations. */
formula: string,
/** End of the time axis, in gaps. */
window: number,
/** Input, context, decoder, output. */
layers: Array<SpikeLayer>,
/** The input's code as times, phases and ranks. */
readings: Array<Reading>,
/** A few decoder neurons. */
traces: Array<Trace>,
/** Θ, in units of the layer's largest dot product. */
threshold: number,
/** Firing order against dot products, over random pairs. */
checks: Array<Check>,
/** What the checks say of the claims. */
verdicts: Array<Verdict>, };

/** Mean, least and greatest. */
export type Spread = {
/** Mean. */
mean: number,
/** Least. */
least: number,
/** Greatest. */
greatest: number, };

/** One operation of both machines. */
export type Stage = {
/** Identifier. */
id: 'encoding' | 'context' | 'retrieval' | 'storage' | 'decoding',
/** Name. */
label: string,
/** Whose correspondence it is. */
mapping: string,
/** The sequence machine. */
machine: StageView,
/** The transformer. */
transformer: StageView, };

/** One operation of one machine at one symbol. */
export type StageView = {
/** What happens, with this step's numbers. */
sentence: string,
/** In a formula. */
formula: string,
/** Vectors. */
vectors: Array<VectorView>,
/** Similarities. */
similarities: Array<SimilarityView>, };

/** A run that met a number that is not finite. */
export type Stop = {
/** At which step, from 1. */
step: number,
/** In words. */
reason: string, };

/** How one run has stored the graph. */
export type StoredRun = {
/** Identifier of its arm. */
arm: string,
/** Its seed. */
seed: number,
/** In a word: geometric, zigzag, associative or mixed; "stopped" at a number that is not finite, empty before the first step. */
storage: string,
/** Share of neighbours found. */
recovery: number | null,
/** Mean cosine of neighbours. */
edgeCosine: number | null,
/** Correlation of cosine and hops. */
hopCorrelation: number | null,
/** Energy at the top, in even shares. */
top: number | null,
/** At the bottom. */
bottom: number | null, };

/** What an experiment has found so far, as the page gets it. */
export type Study = {
/** A second set of curves over another axis. */
second: Curves | null,
/** A summary. */
rows: Rows,
/** In a sentence. */
sentence: string,
/** Claims, and what it says of them. */
verdicts: Array<Verdict>,
/** Identifier, as in the names of files. */
id: string,
/** Name. */
label: string,
/** The axis. */
x: Axis,
/** The measures. */
measures: Array<Measure>,
/** What is compared. */
arms: Array<ArmInfo>,
/** The runs. */
runs: Array<RunInfo>,
/** The places, in order. */
points: Array<Point>, };

/** A run of the race, and a probe as [`crate::run::inspect::read_probe`] reads it. */
export type Subject = { replica: number, probe: string, };

/** A table of the sweep and what came of it. */
export type SweepArm = {
/** Identifier. */
id: string,
/** Name. */
label: string,
/** Family. */
family: 'compression' | 'gain' | 'random',
/** Compression, gain, or margin. */
value: number,
/** Mean self-margin of the table as the model reads it, mean over the seeds. */
margin: number,
/** Effective rank of the table, mean over the seeds. */
effectiveRank: number,
/** Mean norm of a position, mean over the seeds. */
norm: number,
/** Steps to 99 % by seed. */
steps: Array<number | null>,
/** Step at which a run met a number that is not finite, by seed. */
stopped: Array<number | null>,
/** Held-out token accuracy by seed. */
accuracy: Array<number | null>, };

/** One symbol that the machine took in. */
export type SymbolStep = {
/** Place in the session, from 0. */
at: number,
/** The symbol. */
symbol: string,
/** Why. */
mode: Mode,
/** What had been predicted for this place. */
predicted: string | null,
/** Cosine of the store's output to the predicted symbol's code. */
similarity: number | null,
/** 1 − cosine of that output to the code of the symbol that came. */
surprise: number | null,
/** What should stand here, as far as the session can tell. */
expected: string | null,
/** Whether the prediction is that. */
right: boolean | null, };

/** A side's table as a file. */
export type TableFile = { side: Side, format: TableFormat, };

/** How a table is written. */
export type TableFormat = "csv" | "npy";

/** A table as CSV. */
export type TableName = {
/** Its name. */
table: string,
/** Where it is of one place: which, from 0; the first if left out. */
at?: number, };

/** A table of the reader's, in the place of an earlier one. */
export type TableUpload = { name: string, bytes: Bytes, };

/** What was timed. */
export type Timing = {
/** Words that were recalled, each from its right cue. */
recalls: number,
/** Of which so many came back exactly. */
exact: number,
/** Milliseconds of recalling, from cues on the executor to words on it; the best of the rounds. */
ms: number,
/** Every round. */
rounds: Array<number>,
/** Milliseconds of storing as many pairs. */
storeMs: number,
/** Weights of the address decoder, in words. */
decoder: string,
/** Where. */
executor: ExecutorInfo, };

/** Activation of a decoder neuron over time. */
export type Trace = {
/** Neuron. */
neuron: number,
/** In gaps. Where the activation jumps the time is there twice. */
time: Array<number>,
/** In units of the layer's largest dot product; of an RDLIF neuron, times gaps. */
activation: Array<number>,
/** When its spike leaves the layer; nothing if it does not. */
fired: number | null, };

/** How far an answer is that takes several turns. */
export type Turn = {
/** The part that waits for it. */
part: string,
/** What it is counted in. */
unit: string,
/** How many are through. */
at: number,
/** How many there are, at most. */
of: number, };

/** What was uploaded. */
export type UploadInfo = {
/** The file's name. */
name: string,
/** Positions. */
rows: number,
/** Entries of a position's vector. */
columns: number,
/** As in "NumPy, float64". */
format: string,
/** What was taken as something else than numbers: a line of names, comments. A sentence each. */
notes: Array<string>, };

/** How a vector is drawn. */
export type VectorKind = "code" | "dense";

/** A vector of a running machine. */
export type VectorView = {
/** What it is. */
label: string,
/** How it is drawn. */
kind: VectorKind,
/** Every entry. */
values: Floats,
/** Of a code: neurons in the order of their firing. */
order: Array<number>, };

/** A claim and what a run says of it. */
export type Verdict = {
/** Identifier. */
id: string,
/** What is claimed, in one sentence. */
claim: string,
/** Who claims it. */
source: string,
/** The verdict. */
verdict: VerdictKind,
/** Why it is open, in a few words; empty otherwise. */
why?: string,
/** What was measured, in one sentence. */
measured: string,
/** Seeds behind it; 0 where nothing is drawn. */
seeds: number,
/** Training steps after which it was judged; nothing where nothing trains. */
steps?: number,
/** What would decide it. */
decides?: Decides,
/** Settings with which the run would have what the claim speaks of, and does not have now: name and value. */
with?: { [key in string]: string }, };

/** What a run says of a claim. */
export type VerdictKind = "holds" | "fails" | "open" | "untested";

/** Settings that another lab may have. */
export type Wanted = {
/** Name and value of each, at least one. */
settings: Array<[string, string]>, };

/** What a weights file holds. */
export type WeightsFile = {
/** What was trained. */
settled: Settled,
/** Steps trained. */
step: number,
/** Runs of the race. */
runs: number,
/** Whether the optimiser's state is there. */
optimiser: boolean, };

/** Which is asked for, each counted from 0: a run, and a head of it where that is what is given. */
export type Which = {
/** The run. */
run?: number,
/** The layer. */
layer?: number,
/** The head. */
head?: number, };

/** What the measure says of a race. */
export type Why = {
/** In a sentence or two. */
sentence: string,
/** Whether it puts all arms in the order in which they learned, in every one of at least three seeds. */
explains: boolean,
/** Settings by name under which two of the arms can be looked at beside each other; none if fewer have position vectors. */
look: Array<[string, string]>, };
