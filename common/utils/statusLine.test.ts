import { describe, expect, it } from 'vitest';
import { fit } from './statusLine.js';

const status = {
  head: 'epoch 20/20',
  parts: ['3.48 steps/s', '1m05s left', 'loss 2.158', 'accuracy 0.995'],
  value: 31,
  total: 62,
};

describe('the status line', () => {
  it('fits 80 columns with everything that is asked for, the bar taking the rest', () => {
    expect(fit(status, 80)).toBe('epoch 20/20 ━━━── 31/62  3.48 steps/s  1m05s left  loss 2.158  accuracy 0.995');
    expect(fit(status, 120)).toBe(
      `epoch 20/20 ${'━'.repeat(15)}${'─'.repeat(15)} 31/62  3.48 steps/s  1m05s left  loss 2.158  accuracy 0.995`,
    );
  });

  it('leaves out words from the end where the terminal is narrow, and never wraps', () => {
    expect(fit(status, 60)).toBe('epoch 20/20 31/62  3.48 steps/s  1m05s left  loss 2.158');
    for (let columns = 10; columns < 140; columns++) expect(fit(status, columns).length).toBeLessThan(columns - 2);
  });

  it('shows no bar without a total', () => {
    expect(fit({ head: 'epoch 1/20', parts: ['compiling the step'], value: 0, total: 0 }, 80)).toBe(
      'epoch 1/20  compiling the step',
    );
  });
});
