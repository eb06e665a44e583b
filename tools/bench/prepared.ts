/** Something that is ready to be timed. */
export interface Prepared {
  /** Does the work once and returns a number that shows it was done: the loss, or one value of the result. */
  step(): number;
  /** Numbers that the model learns; 0 where there is no model. */
  parameters: number;
  /** The optimised graphs as text. */
  graphs(): string[];
  dispose(): void;
}
