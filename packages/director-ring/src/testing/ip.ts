import { type IpAddress, parseIpAddress } from '@homing/wire';

export const ip = (text: string): IpAddress => {
  const address = parseIpAddress(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
};
