import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Queue, toLabError } from '../../www/src/engine/queue';

/** Whatever else waits has its turn. */
const rest = () => new Promise<void>((resolve) => setImmediate(resolve));

test('work is done one after the other, also after one that failed', async () => {
  const [done, failed]: [string[], unknown[]] = [[], []];
  const queue = new Queue((thrown) => failed.push(thrown));
  for (const name of ['a', 'b', 'c']) {
    queue.enqueue(async () => {
      await rest();
      done.push(name);
      if (name === 'b') throw new Error('b is broken');
    });
  }
  await new Promise<void>((resolve) => queue.enqueue(async () => resolve()));
  assert.deepEqual(done, ['a', 'b', 'c']);
  assert.equal((failed[0] as Error).message, 'b is broken');
});

test('work in turns goes on side by side, and none waits for the end of another', async () => {
  const order: string[] = [];
  const queue = new Queue(() => assert.fail());
  async function* work(name: string, turns: number): AsyncGenerator<void, string> {
    for (let i = 0; i < turns; i++) {
      order.push(`${name}${i}`);
      yield;
    }
    return name;
  }
  const [long, short] = [queue.inTurns(work('long', 6)), queue.inTurns(work('short', 2))];
  assert.equal(await short, 'short');
  assert.equal(await long, 'long');
  assert.ok(order.indexOf('short1') < order.indexOf('long5'), order.join());
});

test('short work is done between the turns of a long one', async () => {
  const queue = new Queue(() => assert.fail());
  const order: string[] = [];
  queue.enqueue(async () => {
    for (let i = 0; i < 3; i++) {
      order.push(`train ${i}`);
      await rest();
      await queue.runBetweenTurns();
    }
  });
  queue.betweenTurns(async () => void order.push('look'));
  await new Promise<void>((resolve) => queue.enqueue(async () => resolve()));
  assert.deepEqual(order, ['train 0', 'look', 'train 1', 'train 2']);
});

test('an answer that fails is refused to whoever asked, and to nobody else', async () => {
  const queue = new Queue(() => assert.fail('the queue itself has not failed'));
  async function* broken(): AsyncGenerator<void, number> {
    yield;
    throw new Error('no such table');
  }
  async function* whole(): AsyncGenerator<void, number> {
    yield;
    return 7;
  }
  const [refused, answered] = await Promise.allSettled([queue.inTurns(broken()), queue.inTurns(whole())]);
  assert.equal(refused?.status, 'rejected');
  assert.equal(answered?.status === 'fulfilled' && answered.value, 7);
});

test('whatever is thrown becomes an error with a code and a sentence', () => {
  assert.deepEqual(toLabError({ code: 'probe', message: 'no' }), { code: 'probe', message: 'no' });
  assert.equal(toLabError(new Error('x')).code, 'internal');
  assert.match(toLabError('x').message, /stopped: x\./);
});
