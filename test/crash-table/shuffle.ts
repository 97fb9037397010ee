/** In an order that has nothing to do with theirs, and is the same each time. */
export function shuffle<T>(all: readonly T[]): readonly T[] {
  const left = [...all];
  const shuffled: T[] = [];
  for (let seed = 17; left.length > 0; seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) {
    shuffled.push(...left.splice(seed % left.length, 1));
  }
  return shuffled;
}
