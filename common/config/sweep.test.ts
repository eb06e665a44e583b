import { expect, test } from 'vitest';
import { planMultirun } from './planMultirun.js';
import { readSweep } from './sweep.js';

const groups = { model: ['cnn', 'resnet18', 'resnet9', 'small', 'tiny'] };
const values = (text: string) => readSweep(text, groups)?.values;

test.each([
  ['lr=1e-3,3e-4', ['1e-3', '3e-4']],
  ['lr=1', ['1']],
  ['lr= a , b', ['a', 'b']],
  ['m=[1,2],[3]', ['[1,2]', '[3]']],
  ['m={a:1,b:2},{a:3}', ['{a:1,b:2}', '{a:3}']],
  ['t="a,b",\'c,d\'', ['"a,b"', "'c,d'"]],
  ['t=$'.concat('{env:X,1},2'), ['$'.concat('{env:X,1}'), '2']],
  ['lr=choice(1,2)', ['1', '2']],
  ['seed=range(0,3)', ['0', '1', '2']],
  ['seed=range(3)', ['0', '1', '2']],
  ['seed=range(3,0,-1)', ['3', '2', '1']],
  ['seed=range(0,10,4)', ['0', '4', '8']],
  ['seed=range(start=1,stop=3)', ['1', '2']],
  ['p=range(0,0.5,0.1)', ['0', '0.1', '0.2', '0.3', '0.4']],
  ['p=range(0,0.3,0.1)', ['0', '0.1', '0.2']],
  ['p=range(1e-3,3e-3,1e-3)', ['0.001', '0.002']],
  ['model=glob(*)', ['cnn', 'resnet18', 'resnet9', 'small', 'tiny']],
  ['+model@teacher=glob(res*)', ['resnet18', 'resnet9']],
  ['model=glob([res*,c*],exclude=*18)', ['cnn', 'resnet9']],
  ['s=sort(3,10,2)', ['2', '3', '10']],
  ['s=sort(b,a,reverse=true)', ['b', 'a']],
  ['s=sort(range(3),reverse=true)', ['2', '1', '0']],
])('%s', (text, expected) => {
  expect(values(text)).toEqual(expected);
});

test('shuffle has every value, in one order', () => {
  const first = values('s=shuffle(range(20))');
  expect([...(first ?? [])].sort((a, b) => Number(a) - Number(b))).toEqual(values('s=range(20)'));
  expect(first).not.toEqual(values('s=range(20)'));
  expect(values('s=shuffle(range(20))')).toEqual(first);
});

test.each([
  ['lr=interval(0,1)', 'interval() is for optimizers of hyperparameters; use range(start,stop,step)'],
  ['lr=1,,2', 'a value is missing beside a comma\n  lr=1,,2\n       ^'],
  ['lr=chioce(1,2)', 'there is no sweep chioce(). Did you mean "choice"? There are: a,b and choice(), range()'],
  ['lr=glob(*)', 'glob() chooses among the options of a group, and this key is none'],
  ['model=glob(x*)', 'no option matches glob(x*). Options: cnn, resnet18'],
  ['model=glob(*,exlude=c)', 'there is no argument exlude. Did you mean "exclude"?'],
  ['s=range(0,3,0)', "range()'s step must not be 0"],
  ['s=range(a)', 'a is not a number'],
  ['s=range(0,1e9)', 'range() gives 1,000,000,000 values; at most 10,000 are possible'],
  ['s=range(3,0)', 'range(3,0) gives no value'],
])('%s is refused', (text, message) => {
  expect(() => values(text)).toThrow(message);
});

test('every combination once, whatever the order of the arguments', () => {
  const keys = ['optimizer.lr', 'model', 'epochs'];
  const { name, jobs } = planMultirun(
    ['model=tiny,small', '~ema', 'optimizer.lr=1e-3,2,0.001', 'epochs=5'],
    groups,
    keys,
  );
  expect(name).toMatch(/^multirun_/);
  expect(jobs.map((job) => job.name)).toEqual([
    'model-tiny_lr-0.001',
    'model-tiny_lr-2',
    'model-small_lr-0.001',
    'model-small_lr-2',
  ]);
  expect(jobs[3]).toEqual({
    name: 'model-small_lr-2',
    overrides: ['epochs=5', 'model=small', 'optimizer.lr=2', '~ema'],
    values: { 'optimizer.lr': '2', model: 'small' },
  });
  expect(planMultirun(['optimizer.lr=1e-3,2,0.001', 'epochs=5', 'model=tiny,small', '~ema'], groups, keys)).toEqual({
    name,
    jobs,
  });
  expect(planMultirun(['lr=1,2', 'epochs=5'], groups, keys).name).toBe('multirun_epochs-5_lr-1+2');
  expect(() => planMultirun(['a=range(200)', 'b=range(200)'], groups, keys)).toThrow('makes 40,000 runs');
});
