// Completion in a real bash: what it would offer after a command line.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { afterBreak, splitLine } from './completionLine.js';

const cli = join(import.meta.dirname, 'atelier.mjs');
const paper = 'an_image_is_worth_16x16_words';
let assets: string;
let script: string;

/** The words that bash would offer where the cursor stands at the end of the line. */
function offered(line: string): Promise<string[]> {
  const driver = `source "$1"
COMP_LINE="$2"; COMP_POINT=\${#COMP_LINE}
read -ra words <<< "$(sed 's/[=@:]/ & /g' <<< "$COMP_LINE")"   # as bash breaks words
[[ "$COMP_LINE" == *[\\ =] ]] && words+=('')
COMP_WORDS=("\${words[@]}"); COMP_CWORD=$(( \${#words[@]} - 1 ))
function_name=$(complete -p "\${COMP_WORDS[0]}" | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function_name"
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return new Promise((resolve, reject) => {
    const env = { ...process.env, ATELIER_ASSETS: assets };
    execFile('bash', ['-c', driver, 'bash', script, line], { env, cwd: assets }, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout.split('\n').filter(Boolean));
    });
  });
}

beforeAll(async () => {
  assets = await mkdtemp(join(tmpdir(), 'atelier-completion-'));
  script = join(assets, 'completion.bash');
  const text = await new Promise<string>((resolve) => {
    execFile(process.execPath, [cli, 'completion', 'bash'], (_, stdout) => resolve(stdout));
  });
  await writeFile(script, text);
  for (const run of [`${paper}/digits_lr-0.1`, `${paper}/mnist`, 'other/digits']) {
    await mkdir(join(assets, 'outputs', run), { recursive: true });
    await writeFile(join(assets, 'outputs', run, 'config.yaml'), '');
  }
  await offered(`atelier train ${paper} s`); // fills the cache, as the first tab does
}, 120_000);
afterAll(() => rm(assets, { recursive: true, force: true }));

it('commands, options, papers and runs', async () => {
  const [commands, options, names, paths, predict, resume] = await Promise.all([
    offered('atelier '),
    offered('atelier export x --'),
    offered('atelier train an_im'),
    offered('npx atelier train papers/an'),
    offered('atelier predict digi'),
    offered(`atelier train ${paper} --resume `),
  ]);
  expect(commands).toEqual(expect.arrayContaining(['train', 'evaluate', 'predict', 'export', 'completion']));
  expect(commands.filter((name) => name.startsWith('_'))).toEqual([]);
  expect(options).toEqual(expect.arrayContaining(['--to', '--portable', '--opset', '--help']));
  expect(names).toEqual([paper]);
  expect(paths).toEqual([`papers/${paper}`]);
  expect(predict.sort()).toEqual(['digits', 'digits_lr-0.1']);
  expect(resume).toEqual(expect.arrayContaining(['digits_lr-0.1', 'mnist']));
  expect(resume).not.toContain('digits');
}, 120_000);

it('keys, their values and the options of groups', async () => {
  const line = (rest: string) => offered(`atelier train ${paper} ${rest}`);
  const [keys, values, group, sweep, added, removed, flags, second] = await Promise.all([
    line('optimizer.w'),
    line('optimizer.name=ad'),
    line('data='),
    line('-m data=digits,model=x model=tiny,resn'),
    line('+sched'),
    line('~em'),
    line('--conf'),
    line('seed=1 model=sm'),
  ]);
  expect(keys).toContain('optimizer.weightDecay=');
  expect(values).toEqual(expect.arrayContaining(['adamw', 'adam']));
  expect(group).toEqual(['cifar10', 'digits', 'mnist']);
  expect(sweep).toEqual(['tiny,resnet18', 'tiny,resnet9']);
  expect(added).toContain('+schedule.name=');
  expect(removed).toContain('~ema.decay');
  expect(flags).toEqual(['--config', '--config-name']);
  expect(second).toEqual(['small']);
}, 120_000);

test('lines are split as a shell does, and words cut where bash breaks them', () => {
  expect(splitLine(`a "b c" d\\ e 'f`)).toEqual(['a', 'b c', 'd e', 'f']);
  expect(splitLine('a ')).toEqual(['a', '']);
  expect(afterBreak('model@x=tiny', 'atelier train p model@x=ti', '@=:')).toBe('tiny');
  expect(afterBreak('model=tiny', 'atelier train p model=', '')).toBe('model=tiny');
});
