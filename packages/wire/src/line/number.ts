/** Unsigned decimal numbers as str_to_uint() reads them: digits only, the whole field, no sign, 32 bit. */
export const parseUint32 = (field: string | undefined): number | undefined => {
  if (field === undefined || field === '' || field.length > 20) return undefined;
  let value = 0;
  for (let i = 0; i < field.length; i++) {
    const c = field.charCodeAt(i);
    if (c < 0x30 || c > 0x39) return undefined;
    value = value * 10 + (c - 0x30);
  }
  return value <= 0xffff_ffff ? value : undefined;
};

/** A port number, 1 to 65535. */
export const parsePort = (field: string | undefined): number | undefined => {
  const value = parseUint32(field);
  return value !== undefined && value >= 1 && value <= 65_535 ? value : undefined;
};
