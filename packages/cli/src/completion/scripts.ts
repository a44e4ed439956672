/** Completion scripts for bash, zsh and fish: verbs, their options and values, names of pods. */
import type { CompletedVerb } from "./verbs.ts";

export type Shell = "bash" | "zsh" | "fish";

/** Names of living pods, asked for at the moment of completion; silent where there is none. */
const podNames = "pod ps 2>/dev/null | awk 'NR > 1 { print $1 }'";

export function completionScript(shell: Shell, verbs: readonly CompletedVerb[]): string {
  switch (shell) {
    case "bash":
      return bash(verbs);
    case "zsh":
      // zsh runs bash's completions; one script, one truth.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(verbs)}`;
    case "fish":
      return fish(verbs);
  }
}

function bash(verbs: readonly CompletedVerb[]): string {
  const cases = verbs.map((verb) => {
    const flags = verb.options.flatMap((option) => option.flags).join(" ");
    const words = [flags, ...verb.choices].filter((word) => word !== "").join(" ");
    const pods = verb.takesPods ? `; pods=1` : "";
    return `    ${quote(verb.words.join(" "))}) words=${quote(words)}${pods} ;;`;
  });
  const values = verbs.flatMap((verb) =>
    verb.options
      .filter((option) => option.choices.length > 0)
      .map((option) => {
        const key = quote(`${verb.words.join(" ")} ${option.flags.at(-1) ?? ""}`);
        return `    ${key}) words=${quote(option.choices.join(" "))}; pods= ;;`;
      }),
  );
  return `_pod() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  local verb=\${COMP_WORDS[1]} words= pods=
  if [ "$COMP_CWORD" -eq 1 ]; then
    words=${quote(topLevel(verbs).join(" "))}
  fi
  case "$verb" in
    ${groups(verbs).join("|")}) [ "$COMP_CWORD" -gt 2 ] && verb="$verb \${COMP_WORDS[2]}" ;;
  esac
  [ "$COMP_CWORD" -gt 1 ] && case "$verb" in
${cases.join("\n")}
  esac
  case "$verb $previous" in
${values.join("\n")}
  esac
  [ -n "$pods" ] && words="$words $(${podNames})"
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _pod pod`;
}

/** Words that only lead to other verbs. */
function groups(verbs: readonly CompletedVerb[]): string[] {
  const firsts = verbs.flatMap(({ words: [word, ...more] }) =>
    word !== undefined && more.length > 0 ? [word] : [],
  );
  return [...new Set(firsts)];
}

function topLevel(verbs: readonly CompletedVerb[]): string[] {
  return verbs.flatMap(({ words: [word, ...more] }) =>
    word !== undefined && more.length === 0 ? [word] : [],
  );
}

function fish(verbs: readonly CompletedVerb[]): string {
  const lines = verbs.flatMap((verb) => {
    const parents = verb.words.slice(0, -1);
    const word = verb.words.at(-1) ?? "";
    const place =
      parents.length === 0
        ? "__fish_use_subcommand"
        : `__fish_seen_subcommand_from ${parents.join(" ")}`;
    const within = quote(`__fish_seen_subcommand_from ${word}`);
    const options = verb.options.map(({ flags, description, choices }) => {
      const names = flags.map((flag) =>
        flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      const values = choices.length === 0 ? "" : ` -x -a ${quote(choices.join(" "))}`;
      return `complete -c pod -n ${within} ${names.join(" ")}${values} -d ${quote(description)}`;
    });
    return [
      `complete -c pod -f -n ${quote(place)} -a ${word} -d ${quote(verb.description)}`,
      ...options,
      ...(verb.takesPods ? [`complete -c pod -f -n ${within} -a ${quote(`(${podNames})`)}`] : []),
      ...(verb.choices.length > 0 && parents.length === 0 && !groups(verbs).includes(word)
        ? [`complete -c pod -f -n ${within} -a ${quote(verb.choices.join(" "))}`]
        : []),
    ];
  });
  return lines.join("\n");
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
