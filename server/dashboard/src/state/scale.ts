/** Three lines of a scale from nothing to no less than `most`: nought, the half, the whole, each a round number. */
export function scale(most: number): readonly [0, number, number] {
  const tens = 10 ** Math.floor(Math.log10(Math.max(most, 1)));
  const half = [0.5, 1, 1.5, 2, 2.5, 3, 4, 5].map((each) => each * tens).find((each) => Number.isInteger(each) && each * 2 >= most) ?? 5 * tens;
  return [0, half, half * 2];
}
