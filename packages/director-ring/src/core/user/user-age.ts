/** How far a user is from its expiry, in seconds (director/user-directory.c). `timestamp`: of its last refresh. */

const NEAR_EXPIRY_PERCENT = 10;
const NEAR_EXPIRY_MIN = 3;
const NEAR_EXPIRY_MAX = 30;

/** Other directors, which learned of refreshes earlier or later, may have dropped the user already. */
export const isNearExpiry = (timestamp: number, expireSeconds: number, now: number): boolean => {
  const span = Math.floor((expireSeconds * NEAR_EXPIRY_PERCENT) / 100);
  const near = Math.max(NEAR_EXPIRY_MIN, Math.min(span, NEAR_EXPIRY_MAX));
  return timestamp + expireSeconds - near < now;
};

/** Every director knows the user. */
export const isRecent = (timestamp: number, expireSeconds: number, now: number): boolean =>
  timestamp + Math.floor(expireSeconds / 2) >= now;
