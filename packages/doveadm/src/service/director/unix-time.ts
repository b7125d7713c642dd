/** A time_t in decimal (str_to_time): digits, perhaps after a minus. */
export const unixTime = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
