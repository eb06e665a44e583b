import { Meter } from './meter.js';
import type { Row } from './state.js';

/** What the loop logs: values of a step, their means since the last evaluation, and those of an evaluation. */
export class Values {
  readonly meter = new Meter();
  private evaluated: Row = {};
  private current: Row = {};
  /** Means over the batches of a step that has several. */
  private step = new Meter();

  /** A batch's values inside the loop over batches; `parts`: whether it is one of several of its step. */
  addStep(values: Row, samples: number, parts: boolean): void {
    for (const [name, value] of Object.entries(values)) {
      this.meter.add(name, value, samples);
      if (parts) this.step.add(name, value, samples);
    }
    Object.assign(this.current, values, parts ? this.step.means() : {});
  }

  addEvaluated(values: Row): void {
    Object.assign(this.evaluated, values);
  }

  /** The values of the step that is over. */
  takeStep(): Row {
    const values = this.current;
    this.current = {};
    this.step = new Meter();
    return values;
  }

  takeEvaluated(): Row {
    const values = this.evaluated;
    this.evaluated = {};
    return values;
  }

  /** `train_<name>` means and the evaluation's values; starts over. */
  takeRow(): Row {
    const train = Object.entries(this.meter.means()).map(([name, value]) => [`train_${name}`, value]);
    this.meter.load({});
    return { ...Object.fromEntries(train), ...this.takeEvaluated() };
  }
}
