import fc from 'fast-check';

/**
 * Properties are tried on the same cases at every run, so that a change is judged by what it changes. `FC_SEED=random npm
 * test` looks for new ones; `FC_SEED=N` repeats a run. A case that fails becomes an example of its own.
 */
const { FC_SEED } = process.env;
if (FC_SEED !== 'random') fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(FC_SEED ?? 20261124) });
