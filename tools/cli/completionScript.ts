import { join } from 'node:path';

/** What `eval "$(atelier completion bash)"` or zsh's `source <(atelier completion zsh)` defines; undefined for another shell. */
export function completionScript(shell: string): string | undefined {
  const command = [process.execPath, join(import.meta.dirname, 'atelier.mjs')].map(quote).join(' ');
  return shell === 'bash' ? bash(command) : shell === 'zsh' ? zsh(command) : undefined;
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** `:files` and `:folders` are answered by the shell itself. Behind npx, other programs than atelier complete files as before. */
const bash = (
  command: string,
): string => `# Completion of atelier for bash. Load it with: eval "$(npx atelier completion bash)"
_atelier() {
  local current="\${COMP_WORDS[COMP_CWORD]}" word
  COMPREPLY=()
  while IFS= read -r word; do
    case "$word" in
      ':files') mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$current"); compopt -o filenames 2>/dev/null ;;
      ':folders') mapfile -t -O "\${#COMPREPLY[@]}" COMPREPLY < <(compgen -d -- "$current"); compopt -o filenames 2>/dev/null ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <(${command} __complete "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -gt 0 && "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
_atelier_npx() {
  [[ "\${COMP_WORDS[1]}" == atelier && $COMP_CWORD -gt 1 ]] && _atelier
  return 0
}
complete -F _atelier atelier
complete -o default -F _atelier_npx npx
`;

const zsh = (command: string): string => `#compdef atelier
# Completion of atelier for zsh. Load it with: source <(npx atelier completion zsh)
_atelier() {
  local -a words_found
  words_found=("\${(@f)$(${command} __complete "\${BUFFER[1,CURSOR]}" 2>/dev/null)}")
  (( \${words_found[(Ie):files]} )) && _files
  (( \${words_found[(Ie):folders]} )) && _files -/
  words_found=(\${words_found:#:files} )
  words_found=(\${words_found:#:folders})
  compadd -S '' -- \${(M)words_found:#*=}
  compadd -- \${words_found:#*=}
}
_atelier_npx() {
  if [[ "\${words[2]}" == atelier && $CURRENT -gt 2 ]]; then _atelier; else _files; fi
}
if (( \${+functions[compdef]} )); then
  compdef _atelier atelier
  compdef _atelier_npx npx
fi
`;
