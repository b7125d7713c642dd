/** What a peer understands, by its minor version (spec of the ring, versions 0 to 9). */
export const DIRECTOR_RING_VERSION = { protocol: 'director', major: 1, minor: 9 } as const;

export type RingFeature =
  | 'user-weak'
  | 'sync-state'
  | 'director-remove'
  | 'quit'
  | 'user-kick'
  | 'options'
  | 'host-updown'
  | 'tags'
  | 'user-kick-alt'
  | 'user-timestamp';

const SINCE: Readonly<Record<RingFeature, number>> = {
  'user-weak': 1,
  'sync-state': 1,
  'director-remove': 2,
  quit: 3,
  'user-kick': 4,
  options: 5,
  'host-updown': 6,
  tags: 7,
  'user-kick-alt': 8,
  'user-timestamp': 9,
};

export const ringSupports = (minor: number, feature: RingFeature): boolean => minor >= SINCE[feature];
