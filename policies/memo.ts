/**
 * A function that computes its answer for an object once. Pods with equal labels share one list of Services, and so on:
 * what follows from such a list is asked for as often as there are pods. A memo, not state: it goes with its keys.
 */
export function memo<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = { value: compute(key) }));
    return found.value;
  };
}

/** The same for texts, of which the latest few short ones are kept: several rules ask about a script, one pod after another. */
export function memoText<V>(compute: (text: string) => V, mostKept = 32): (text: string) => V {
  const known = new Map<string, { readonly value: V }>();
  return (text) => {
    let found = known.get(text);
    if (found === undefined) {
      found = { value: compute(text) };
      if (text.length > longestKept) return found.value;
      if (known.size === mostKept) known.clear();
      known.set(text, found);
    }
    return found.value;
  };
}

const longestKept = 2048;
