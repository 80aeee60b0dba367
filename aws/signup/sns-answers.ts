import { isServiceFailure, readFailure } from '../sns.ts';

/** SNS throttled, failed or did not answer: worth trying again. */
export class SnsUnavailable extends Error {
  override name = 'SnsUnavailable';
}

/**
 * What SNS answers.
 * @throws SnsUnavailable where it is worth trying again; what SNS refuses, or does not allow, is thrown as it came
 */
export async function fromSns<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!isServiceFailure(error)) throw error;
    const failure = readFailure(error);
    if (failure.kind === 'refused' || failure.kind === 'broken') throw error;
    throw new SnsUnavailable(failure.reason, { cause: error });
  }
}

/** For work that must not fail because SNS does: {@link SnsUnavailable} becomes an answer. */
export async function orUnavailable<T>(work: Promise<T>): Promise<T | 'unavailable'> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof SnsUnavailable)) throw error;
    console.warn(JSON.stringify({ message: 'SNS is unavailable', reason: error.message }));
    return 'unavailable';
  }
}
