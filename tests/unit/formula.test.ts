import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieces } from '../../www/src/ui/formula';

/** Variables between slashes, indices and powers in braces. */
const SIGNS = { text: ['', ''], variable: ['/', '/'], index: ['_{', '}'], power: ['^{', '}'] } as const;
const shown = (text: string): string =>
  pieces(text)
    .map(
      ({ kind, text }) =>
        `${SIGNS[kind][0]}${kind === 'text' || kind === 'variable' ? text : shown(text)}${SIGNS[kind][1]}`,
    )
    .join('');

test('variables, indices and powers are told from words, however they are written', () => {
  for (const [text, wanted] of [
    ['softmax(q Kᵀ/√d) V', 'softmax(/q/ /K/^{/T/}/√/d/) /V/'.replace('/√', '/√')],
    ['σᵣ = αʳ, α = 0.9', '/σ/_{/r/} = /α/^{/r/}, /α/ = 0.9'],
    ['mean over p of |t_(p+1) − t_p|', 'mean over /p/ of |/t/_{/p/+1} − /t/_{/p/}|'],
    ['M = W_Q^T W_K ∕ √d_head', '/M/ = /W/_{/Q/}^{/T/} /W/_{/K/} ∕ √/d/_{head}'],
    ['exp(−Σ_i π_i ln π_i)', 'exp(−Σ_{/i/} /π/_{/i/} ln /π/_{/i/})'],
    ['[sin ωp, cos ωp]', '[sin /ωp/, cos /ωp/]'],
    ['below 0 a position prefers another', 'below 0 a position prefers another'],
    ['W = W or a ⊗ x', '/W/ = /W/ or /a/ ⊗ /x/'],
    ['e⁻⁸', '/e/^{−8}'],
    ['', ''],
  ] as const)
    assert.equal(shown(text), wanted, text);
});

test('what has neither is left as it is', () => {
  for (const text of ['f(X Q, Z Q)', '1 − |K − T| / |K|; T the mean', '2 + 2 = 4', '_ ^', 'naïve'])
    assert.equal(
      pieces(text)
        .map(({ text }) => text)
        .join(''),
      text,
    );
});
