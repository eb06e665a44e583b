/**
 * An exponential moving average whose bias towards its start at zero is taken out, as TensorBoard draws it: s_t = w s_(t-1) + (1 - w) y_t, shown divided by
 * 1 - w^t. What is not finite stays as it is and does not count; a curve that is constant stays so exactly.
 * @param weight from 0 (nothing is smoothed) to below 1; TensorBoard's default is 0.6.
 */
export function debiasedAverage(values: readonly number[], weight: number): number[] {
  if (!(weight >= 0 && weight < 1)) throw new RangeError(`a smoothing weight is from 0 to below 1, not ${weight}`);
  const constant = values.every((value) => value === values[0]);
  let average = 0;
  let count = 0;
  return values.map((value) => {
    if (constant || !Number.isFinite(value)) return value;
    average = average * weight + (1 - weight) * value;
    count++;
    return average / (1 - weight ** count);
  });
}
