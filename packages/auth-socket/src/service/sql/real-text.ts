/** A REAL as SQLite writes it in text: `%!.15g`, so 15 digits at most and always a decimal point. */
const DIGITS = 15;

export const realText = (value: number): string => {
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf';
  const [mantissa = '', exponentText = '0'] = value.toExponential(DIGITS - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < DIGITS) return trimmed(value.toFixed(DIGITS - 1 - exponent));
  const digits = String(Math.abs(exponent)).padStart(2, '0');
  return `${trimmed(mantissa)}e${exponent < 0 ? '-' : '+'}${digits}`;
};

const trimmed = (text: string): string => {
  const short = text.includes('.') ? text.replace(/0+$/, '') : `${text}.`;
  return short.endsWith('.') ? `${short}0` : short;
};
