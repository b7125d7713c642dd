/**
 * A function that remembers its last argument and answer. Peers repeat themselves: to see that a name or an address is
 * the one of the request before takes a fraction of the time of looking it up or reading it again.
 */
export const rememberLast = <Key extends string | number, Value>(of: (key: Key) => Value): ((key: Key) => Value) => {
  let last: { readonly key: Key; readonly value: Value } | undefined;
  return (key) => {
    if (last?.key !== key) last = { key, value: of(key) };
    return last.value;
  };
};
