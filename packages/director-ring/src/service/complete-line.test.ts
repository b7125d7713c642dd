import { expect, test } from 'vitest';
import { startTestDirector as start } from '../testing/start.ts';

test('users beyond homing_director_max_users fail for now, and ten are logged', async () => {
  const { director, auth, open, logged } = await start({ homing_director_max_users: 1 });
  const client = await open(director.acceptAuth);
  auth.outlet?.send('VERSION\t1\t2\nOK\t1\tuser=alice\tproxy\n');
  const ids = Array.from({ length: 12 }, (_, i) => i + 2);
  for (const id of ids) auth.outlet?.send(`OK\t${id}\tuser=u${id}\tproxy\n`);
  const fails = ids.map((id) => `FAIL\t${id}\tcode=temp_fail\n`);
  expect(client.received.split('host=10.2.0.11\n')[1]).toBe(fails.join(''));
  const texts = ids.map((id) => `director: User u${id} host lookup failed: homing_director_max_users=1 reached`);
  expect(logged()).toEqual(texts.slice(0, 10));
});
