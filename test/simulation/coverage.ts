/** How often each thing happened, by what kind of thing it is. */
export type Coverage = {
  readonly count: (kind: string, name: string) => void;
  readonly add: (counts: Counts) => void;
  readonly counts: () => Counts;
};

export type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

export function createCoverage(): Coverage {
  const kinds = new Map<string, Map<string, number>>();

  function raise(kind: string, name: string, by: number): void {
    const names = kinds.get(kind) ?? new Map<string, number>();
    names.set(name, (names.get(name) ?? 0) + by);
    kinds.set(kind, names);
  }

  return {
    count: (kind, name) => raise(kind, name, 1),
    add(counts) {
      for (const [kind, names] of Object.entries(counts))
        for (const [name, count] of Object.entries(names)) raise(kind, name, count);
    },
    counts: () =>
      Object.fromEntries(
        [...kinds].sort().map(([kind, names]) => [kind, Object.fromEntries([...names].sort())] as const),
      ),
  };
}
