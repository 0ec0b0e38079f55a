// Tables of the geometry lab: the page's are the command line's.

import { it } from 'node:test';
import { labs } from './lab.mjs';
import { coarse, compared } from './tables.mjs';

const { withLab } = labs({ webgpu: false });

it('every table of learners of a graph', () =>
  compared(withLab, {
    settings: 'graph=grid&models=node2vec,net,net-frozen&steps=40&node2vec_steps=60&seeds=2&every=20',
    prepare: (lab) => lab.train(),
    command: ['geometry', 'run'],
    files: {
      curves: ['keep', 'csv', coarse],
      kinds: ['kinds', 'save-kinds.csv', coarse],
    },
  }));
