import type { Command } from 'commander';

/** `atelier new paper <name>`: a folder of the house's form that trains at once. */
export function addNewCommand(program: Command): void {
  const command = program.command('new').description('make the folder of a new paper');
  command
    .command('paper')
    .description('make papers/<name>, which trains at once on the built-in digits: then change it into the paper')
    .argument('<name>', "the paper's title in snake_case, such as an_image_is_worth_16x16_words")
    .option('--title <text>', 'the title as it is written; by default from the name')
    .option('--arxiv <id>', 'the number on arxiv.org, such as 2010.11929')
    .action(
      async (name: string, options: { title?: string; arxiv?: string }) =>
        void (await (await import('./newPaper.js')).newPaper(name, options)),
    );
}
