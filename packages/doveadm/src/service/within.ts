/** A deadline for what a server should say at once. */
export const within = async <T>(ms: number, answer: Promise<T>): Promise<T | 'late'> => {
  const late = Promise.withResolvers<'late'>();
  const timer = setTimeout(() => late.resolve('late'), ms);
  try {
    return await Promise.race([answer, late.promise]);
  } finally {
    clearTimeout(timer);
  }
};
