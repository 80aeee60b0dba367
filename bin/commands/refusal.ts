/** What a person can put right: printed as it is, without a stack trace, and the command ends with 1. */
export class Refusal extends Error {
  override name = 'Refusal';
}
