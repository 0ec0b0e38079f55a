import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cores, wanted } from '../../www/src/engine/cores';

/** Locks of one origin: each has a holder, or none. */
function locks() {
  const held = new Set<string>();
  const request = async (name: string, _: object, hold: (lock: object | null) => Promise<void>) => {
    if (held.has(name)) return hold(null);
    held.add(name);
    await hold({});
    held.delete(name);
  };
  return { request } as unknown as LockManager;
}

test('cores by the setting, the machine and its memory', () => {
  const machine = { hardwareConcurrency: 8 };
  assert.equal(wanted({}, machine), 8);
  assert.equal(wanted({ cores: 'auto' }, { ...machine, deviceMemory: 2 }), 4);
  assert.equal(wanted({ cores: 'auto' }, { ...machine, deviceMemory: 0.25 }), 1);
  assert.equal(wanted({ cores: '3' }, { ...machine, deviceMemory: 0.25 }), 3);
  assert.equal(wanted({}, {}), 1);
});

test('labs share the cores that there are, and each has one at least', async () => {
  const machine = { hardwareConcurrency: 4, locks: locks() };
  const [one, two, three] = [new Cores(machine), new Cores(machine), new Cores(machine)];
  assert.equal(await one.take({ cores: '3' }), 3);
  assert.equal(await two.take({}), 1);
  assert.equal(await three.take({}), 1, 'where none is left');
  three.giveBack();
  one.giveBack(1);
  await Promise.resolve();
  assert.equal(await three.take({}), 2);
  one.giveBack();
  two.giveBack();
  three.giveBack();
  await Promise.resolve();
  assert.equal(await two.take({}), 4);
  assert.equal(await new Cores({ hardwareConcurrency: 4 }).take({}), 1, 'without locks');
});
