/**
 * Settings of a race, and of the sequence lab, as programs write them. The npm package replaces this file's declarations by ones that
 * `scripts/package.mjs` makes from the engine's own property table: each name with what it may be.
 */

export type Value = string | number | boolean | readonly string[] | undefined;

export type Settings = { [name: string]: Value };

export type SequenceSettings = { [name: string]: Value };
