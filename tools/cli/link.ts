import type { Command } from 'commander';

/** `atelier link <paper> <dataset>`: the paper's `data`, a link to a data set in assets/. */
export function addLinkCommand(program: Command): void {
  program
    .command('link')
    .description("make a paper's data a link to a data set: papers/x/data -> ../../assets/datasets/ylecun/mnist")
    .argument('<paper>', 'the folder of a paper or project, or its name')
    .argument('<dataset>', "a data set's id such as ylecun/mnist, or its folder")
    .action(async (paper: string, dataset: string) => (await import('./linkPaper.js')).linkPaper(paper, dataset));
}
