export * from './command.ts';
export * from './decode.ts';
export * from './encode.ts';
export * from './features.ts';
export * from './input-error.ts';
export {
  DIRECTOR_RING_MAX_FIELDS,
  DIRECTOR_RING_MAX_HOSTNAME,
  DIRECTOR_RING_MAX_LINE,
  DIRECTOR_RING_MAX_TAG,
  DIRECTOR_RING_MAX_VHOSTS,
  fitsRingLine,
} from './limits.ts';
