import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { escapeHtml } from '../utils/index.js';

let done = false;

/** Where the other letters (Greek, Chinese …) come from; on Linux /etc/fonts/fonts.conf says so. */
const systemFonts =
  process.platform === 'darwin'
    ? ['/System/Library/Fonts', '/Library/Fonts']
    : process.platform === 'win32'
      ? ['WINDOWSFONTDIR']
      : [];

/**
 * Makes sharp draw text in Open Sans from the package of that name, so that pictures look alike everywhere and a machine without any font (a small
 * container) does not draw boxes. It works through fontconfig's environment variable, which counts from the first text that the process draws;
 * a FONTCONFIG_FILE that is set already is respected. Called before every picture with text.
 */
export function useHouseFont(): void {
  if (done) return;
  done = true;
  if (process.env.FONTCONFIG_FILE !== undefined) return;
  const fonts = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/open-sans/package.json'));
  const folder = join(tmpdir(), `atelier-fonts-${userInfo().username.replace(/\W/g, '_')}`);
  const file = join(folder, 'fonts.conf');
  const weights = ['400Regular', '600SemiBold', '700Bold'].map(
    (weight) => `  <dir>${escapeHtml(join(fonts, weight))}</dir>`,
  );
  const text = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
${weights.join('\n')}
${systemFonts.map((dir) => `  <dir>${dir}</dir>`).join('\n')}
  <cachedir>${escapeHtml(join(folder, 'cache'))}</cachedir>
${existsSync('/etc/fonts/fonts.conf') ? '  <include>/etc/fonts/fonts.conf</include>\n' : ''}</fontconfig>
`;
  try {
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
      mkdirSync(folder, { recursive: true });
      // Renamed into place: another process may be reading it.
      writeFileSync(`${file}.${process.pid}`, text);
      renameSync(`${file}.${process.pid}`, file);
    }
    process.env.FONTCONFIG_FILE = file;
  } catch {
    // A temporary folder that cannot be written: the machine's own fonts must do.
  }
}
