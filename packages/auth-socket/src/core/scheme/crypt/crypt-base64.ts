/** The alphabet of crypt(3): 6 bits a character, lowest bits first. */
export const CRYPT_ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** `length` characters for the lowest `6 * length` bits. */
export const toCrypt64 = (bits: number, length: number): string => {
  let rest = bits;
  let text = '';
  for (let i = 0; i < length; i++) {
    text += CRYPT_ALPHABET[rest & 0x3f];
    rest >>>= 6;
  }
  return text;
};
