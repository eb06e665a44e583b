import type { Command } from 'commander';
import type { InstallFlags, PlaceFlags } from '../kernel/install/kernelCommands.js';

const load = () => import('../kernel/install/kernelCommands.js');

/** `atelier kernel`: the TypeScript kernel for Jupyter. */
export function addKernelCommand(program: Command): void {
  const kernel = program
    .command('kernel')
    .description('the TypeScript kernel for Jupyter: install, uninstall, list, start');
  kernel
    .command('install')
    .description('make it known to JupyterLab and VS Code, for the user by default; no Python is needed')
    .option('--user', "in the user's Jupyter folder")
    .option('--prefix <folder>', 'in an environment, such as a venv')
    .option('--name <name>', 'what notebooks call it', 'atelier')
    .option('--display-name <text>', 'what menus call it (TypeScript (Atelier))')
    .option('--no-prepare', 'leave out reading the types once: the first cells of notebooks are slower')
    .action(async (flags: InstallFlags) => (await load()).install(flags));
  kernel
    .command('uninstall')
    .description('remove it again')
    .option('--user', "only from the user's Jupyter folder")
    .option('--prefix <folder>', 'only from an environment')
    .option('--name <name>', 'which', 'atelier')
    .action(async (flags: PlaceFlags) => (await load()).uninstall(flags));
  kernel
    .command('list')
    .description("the kernels that Jupyter finds; * marks this repository's")
    .option('--json', 'for programs')
    .action(async (flags: { json?: true }) => (await load()).list(flags));
  kernel
    .command('start')
    .description('run it with a connection file, as Jupyter does')
    .argument('<connection_file>')
    .action(async (file: string) => (await import('../kernel/install/startInPlace.js')).startInPlace(file));
}
