/** Lines as lib's istream hands them out: without LF and CR LF; a NUL ends a line early; the last LF is optional. */
export const splitLines = (text: string): string[] => {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => {
    const end = line.indexOf('\0');
    return (end === -1 ? line : line.slice(0, end)).replace(/\r$/, '');
  });
};
