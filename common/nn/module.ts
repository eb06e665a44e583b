import * as tf from '@tensorflow/tfjs-core';
import { readVariable, type StateDict, writeVariable } from '../backend/state.js';
import { didYouMean, UserError } from '../utils/index.js';
import { isPending, markReady } from './parameter.js';

/**
 * A network or a part of one, in the manner of torch.nn.Module: parameters, buffers and parts are its own properties.
 *
 * A property that holds a `tf.Variable` is a parameter (trainable) or a buffer (not trainable); one that holds a Module, or an
 * array of Modules, is a part. Names are torch's: the property path in snake_case, joined by dots, arrays by index
 * (`this.patchEmbed.proj.weight` is `patch_embed.proj.weight`, `this.blocks[0]` is `blocks.0`). Their order is torch's too: own
 * parameters, own buffers, then the parts, each as first assigned.
 */
export abstract class Module {
  /** Whether dropout drops and batch normalisation uses and tracks the batch's statistics. Set it by `train()` and `eval()`. */
  training = true;

  /** Direct parts by name. Containers whose parts are named otherwise than their properties override it. */
  children(): Map<string, Module> {
    const found = new Map<string, Module>();
    for (const [key, value] of Object.entries(this)) {
      if (value instanceof Module) found.set(snakeCase(key), value);
      else if (Array.isArray(value))
        value.forEach((part, i) => {
          if (part instanceof Module) found.set(`${snakeCase(key)}.${i}`, part);
        });
    }
    return found;
  }

  /** This module (named `''`) and every part below it, parents first. */
  namedModules(prefix = ''): Map<string, Module> {
    const found = new Map<string, Module>([[prefix, this]]);
    for (const [name, part] of this.children())
      for (const [path, module] of part.namedModules(prefix === '' ? name : `${prefix}.${name}`))
        found.set(path, module);
    return found;
  }

  /** Every parameter and buffer by torch's name, in torch's order, initialised or not. */
  namedVariables(): Map<string, tf.Variable> {
    const found = new Map<string, tf.Variable>();
    for (const [path, module] of this.namedModules()) {
      const own = Object.entries(module).filter(
        (entry): entry is [string, tf.Variable] => entry[1] instanceof tf.Variable,
      );
      for (const trainable of [true, false])
        for (const [key, variable] of own)
          if (variable.trainable === trainable)
            found.set(path === '' ? snakeCase(key) : `${path}.${snakeCase(key)}`, variable);
    }
    return found;
  }

  /**
   * The trainable variables by name: what optimizers take. Throws where some have no value yet, so that no training starts on zeros:
   * `initialise(module, seed)` or `loadStateDict()` gives them one.
   */
  namedParameters(): Map<string, tf.Variable> {
    const found = new Map([...this.namedVariables()].filter(([, variable]) => variable.trainable));
    const pending = [...found].filter(([, variable]) => isPending(variable)).map(([name]) => name);
    if (pending.length > 0)
      throw new Error(
        `${this.constructor.name} has parameters without a value (${some(pending)}): call initialise(module, seed) or loadStateDict() first.`,
      );
    return found;
  }

  /** The variables that are saved but not trained (running statistics), by name. */
  namedBuffers(): Map<string, tf.Variable> {
    return new Map([...this.namedVariables()].filter(([, variable]) => !variable.trainable));
  }

  /** Training mode for this module and all its parts. Functions already compiled keep the mode they were recorded in. */
  train(training = true): this {
    for (const module of this.namedModules().values()) module.training = training;
    return this;
  }

  /** Inference mode: no dropout, running statistics. Functions already compiled keep the mode they were recorded in. */
  eval(): this {
    return this.train(false);
  }

  /** Host copies of all parameters and buffers under torch's names, in torch's layouts and order. */
  stateDict(): StateDict {
    return new Map([...this.namedVariables()].map(([name, variable]) => [name, readVariable(variable)]));
  }

  /**
   * Takes over the values of a state dict; nothing changes where it throws.
   *
   * @param dict tensors by torch's names and in torch's layouts.
   * @param options.strict whether missing and unexpected names are errors (default). Wrong shapes always are, as in torch.
   * @returns the names that were missing and unexpected (both empty where strict).
   * @throws UserError naming every missing, unexpected and mis-shaped tensor, with the nearest name here.
   */
  loadStateDict(dict: StateDict, { strict = true } = {}): { missing: string[]; unexpected: string[] } {
    const own = this.namedVariables();
    const missing = [...own.keys()].filter((name) => !dict.has(name));
    const unexpected = [...dict.keys()].filter((name) => !own.has(name));
    const misshaped: string[] = [];
    for (const [name, variable] of own) {
      const value = dict.get(name);
      if (value && !sameShape(value.shape, variable.shape))
        misshaped.push(`${name} is [${value.shape.join(', ')}] there and [${variable.shape.join(', ')}] here`);
    }
    if (misshaped.length > 0 || (strict && missing.length + unexpected.length > 0)) {
      const lines = [`The state dict does not fit ${this.constructor.name}.`];
      if (strict && missing.length > 0) lines.push(`Missing: ${some(missing)}.`);
      if (strict && unexpected.length > 0)
        lines.push(
          `Unexpected: ${some(unexpected.map((name) => `${name}${didYouMean(name, missing).replace(/^ (.*)$/, ' ($1)')}`))}.`,
        );
      if (misshaped.length > 0) lines.push(`Of another shape: ${some(misshaped, '; ')}.`);
      throw new UserError(lines.join('\n'));
    }
    for (const [name, variable] of own) {
      const value = dict.get(name);
      if (!value) continue;
      writeVariable(variable, value);
      markReady(variable);
    }
    return { missing, unexpected };
  }

  /** Frees every parameter and buffer. The module cannot be used afterwards. */
  dispose(): void {
    for (const variable of this.namedVariables().values()) variable.dispose();
  }
}

/** A module of one tensor in, one tensor out: what a Sequential holds. */
export abstract class Layer extends Module {
  abstract forward(x: tf.Tensor): tf.Tensor;
}

function snakeCase(property: string): string {
  return property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((side, i) => side === b[i]);
}

function some(names: readonly string[], separator = ', ', most = 8): string {
  const shown = names.slice(0, most).join(separator);
  return names.length > most ? `${shown}${separator}and ${names.length - most} more` : shown;
}
