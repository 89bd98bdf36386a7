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
