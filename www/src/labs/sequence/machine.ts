/** The worker's machine: what it is asked to do, and its session, of which only new steps come from the worker. */

import { Refusal, type LabClient } from '../../engine/client';
import type { Known, Session, SymbolStep } from '../../engine/types';

type Command = 'session' | 'session.store' | 'session.replay' | 'session.recall' | 'session.forget';

const sessions = new WeakMap<LabClient, { id: number; steps: SymbolStep[] }>();

function sessionOf(client: LabClient): { id: number; steps: SymbolStep[] } {
  const there = sessions.get(client);
  if (there) return there;
  const fresh = { id: 0, steps: [] };
  sessions.set(client, fresh);
  // Another worker counts its sessions anew.
  client.listen(({ type }) => {
    if (type === 'cancelled' || type === 'emptied') sessions.set(client, { id: 0, steps: [] });
  });
  return fresh;
}

/** A session whole again: the steps that came before, and the new ones. */
async function whole<C extends Command>(client: LabClient, command: C, args: object): Promise<Session> {
  const before = sessionOf(client);
  const known: Known = { id: before.id, steps: before.steps.length };
  const { id, from, ...session } = await client.ask(command, { ...args, known } as never);
  const steps = from > 0 ? [...before.steps.slice(0, from), ...session.steps] : session.steps;
  sessions.set(client, { id, steps });
  return { ...session, steps };
}

/** The session as it is; a blank one if the settings that the machine is made with have changed. */
export const session = (client: LabClient) => whole(client, 'session', {});

/** Stores a sequence, from where the machine is; without a text that of the settings. */
export const store = (client: LabClient, text?: string) =>
  whole(client, 'session.store', text === undefined ? {} : { text });

/** Presents a sequence without writing it. */
export const replay = (client: LabClient, text?: string) =>
  whole(client, 'session.replay', text === undefined ? {} : { text });

/** Takes in the cue, and goes on alone for `count` symbols, or as the settings say. "#3" is the first three symbols that were stored. */
export function recall(client: LabClient, cue: string, count?: number): Promise<Session> {
  const wrong = count === undefined && client.settled?.problems.find(({ field }) => field === 'recall');
  if (wrong) {
    const message = `Nothing was recalled: how many symbols to go on for is not clear. Allowed: ${wrong.allowed}.`;
    return Promise.reject(new Refusal('session.recall', { code: 'refused', message }));
  }
  return whole(client, 'session.recall', count === undefined ? { cue } : { cue, count });
}

/** A blank memory. */
export const forget = (client: LabClient) => whole(client, 'session.forget', {});
