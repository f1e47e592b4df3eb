// A short story for who would rather watch.
import type { Line, Person } from './person.js';
import type { Stage } from './stage.js';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** seen waits, within reason, until a person has the line; undefined: he has not got it. */
async function seen(stage: Stage, person: Person, text: string): Promise<Line | undefined> {
  const place = stage.place(stage.talk, person)!;
  for (let i = 0; i < 50; i++) {
    const line = person.at(place).findLast((l) => l.text === text);
    if (line?.id) return line;
    await pause(100);
  }
  return undefined;
}

/** play has the three say a few things to each other in the group. */
export async function play(stage: Stage): Promise<void> {
  const [alice, bob, carol] = stage.people as [Person, Person, Person];
  stage.choose(stage.talks[0]!);
  const say = async (p: Person, text: string) => {
    await p.send(stage.place(stage.talk, p)!, { text });
    await pause(1_300);
  };
  const hello = 'Good morning! I am on WebIM.';
  await say(alice, hello);
  const atCarol = await seen(stage, carol, hello);
  if (atCarol) {
    await carol.react(atCarol, '👍');
    await pause(900);
  }
  const atBob = await seen(stage, bob, hello);
  if (atBob) bob.replyTo = atBob;
  await say(bob, 'And I am on ZIM. I read you well.');
  await say(carol, 'XMPP here. So do I.');
  const slip = 'Something that I should not have said';
  await say(alice, slip);
  await pause(900);
  const own = await seen(stage, alice, slip);
  if (own) await alice.recall(own);
}
