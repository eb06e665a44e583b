/** What `make` returns, made at the first call and kept: a library that many never need, or that costs much to load. */
export function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
