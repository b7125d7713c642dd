/** How wide the columns of a table are: as wide as their values, less where the terminal is narrow, more where not. */
import type { ByteString } from '@homing/wire';
import type { Column } from './printer.ts';

type Width = { min: number; length: number };

/** UTF-8 characters, counted as bytes that begin one. */
export const codePoints = (text: ByteString): number => {
  let count = 0;
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xc0) !== 0x80) count++;
  return count;
};

export const columnWidths = (columns: readonly Column[], values: readonly ByteString[], total: number): number[] => {
  const widths = columns.map(({ title }): Width => ({ min: title.length, length: title.length }));
  for (const [i, value] of values.entries()) {
    const width = widths[i % columns.length];
    if (width === undefined) continue;
    const length = codePoints(value);
    width.min = Math.min(width.min, length);
    width.length = Math.max(width.length, length);
  }
  const wanted = widths.reduce((sum, { length }) => sum + length + 1, -1);
  const used = shrink(widths, wanted, total);
  if (used < total) {
    const expanding = columns.findIndex(({ expand }) => expand);
    const last = widths.at(expanding);
    if (last !== undefined) last.length += Math.floor((total - used) / 2);
  }
  return widths.map(({ length }) => length);
};

/**
 * From the last column to the first: takes the excess from one that can give it all, else half of what it can spare.
 * The original never subtracts those halves from its sum, so it ends when one column can give the whole excess, or
 * after the first round in which none can.
 */
const shrink = (widths: readonly Width[], wanted: number, total: number): number => {
  if (wanted <= total) return wanted;
  for (const width of widths.toReversed()) {
    const spare = width.length - width.min;
    if (wanted - spare <= total) {
      width.length -= wanted - total;
      return total;
    }
    if (spare > 0) width.length -= spare === 1 ? 1 : Math.floor(spare / 2);
  }
  return wanted;
};
