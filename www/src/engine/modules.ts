/**
 * The engine in two builds: the whole of it, and one without the sequence lab, which is a third smaller and all that the other labs
 * need. Both read every lab's settings. A worker loads what its lab asks for; one that is led to the sequence lab later
 * loads the whole beside what it has.
 */

import initRaces, * as races from '../../../pkg-races/mnemoscope.js';
import initWhole, * as whole from '../../../pkg/mnemoscope.js';
import type { Engine, LabId } from './types';

interface Build {
  engine: Engine;
  init: (place?: { module_or_path: string }) => Promise<unknown>;
}

const WHOLE: Build = { engine: whole as unknown as Engine, init: initWhole };
const RACES: Build = { engine: races as unknown as Engine, init: initRaces };

export class Modules {
  /** Settings of every lab, and races. There once `start` is over. */
  engine: Engine = WHOLE.engine;
  private place: string | null = null;
  private wholeLoaded: Promise<unknown> | null = null;

  /** `place` is where the whole module is, if not beside the worker. */
  async start(lab: LabId, place: string | null): Promise<void> {
    this.place = place;
    // Whoever serves one module from a place of their own serves the whole.
    if (lab === 'sequence' || place !== null) {
      await this.loadWhole();
      return;
    }
    await RACES.init();
    this.engine = RACES.engine;
  }

  /** The build that has what this lab does. */
  async of(lab: LabId): Promise<Engine> {
    if (lab !== 'sequence') return this.engine;
    await this.loadWhole();
    return WHOLE.engine;
  }

  private loadWhole(): Promise<unknown> {
    const { place } = this;
    this.wholeLoaded ??= place === null ? WHOLE.init() : WHOLE.init({ module_or_path: place });
    return this.wholeLoaded;
  }
}
