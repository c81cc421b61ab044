// A shop that fails in known ways and reports it by @sentry/node, to the DSN in SENTRY_DSN.
import * as Sentry from '@sentry/node';

// What tells of the machine is left out, so that recorded requests are the same everywhere.
const withoutMachine = (integrations) =>
  integrations.filter(({ name }) => !['Context', 'Modules'].includes(name));

Sentry.init({
  dsn: process.env.SENTRY_DSN,
  release: 'shop@1.2.0',
  environment: 'test',
  serverName: 'shop-1',
  integrations: withoutMachine,
});

function parseOrder(text) {
  return JSON.parse(text);
}

function charge(order) {
  try {
    parseOrder(order.text);
  } catch (cause) {
    throw new Error(`cannot charge order ${order.id}`, { cause });
  }
}

function findUser(id) {
  const users = new Map();
  return users.get(id).name;
}

function report(action, change = () => {}) {
  try {
    action();
  } catch (error) {
    Sentry.withScope((scope) => {
      change(scope);
      Sentry.captureException(error);
    });
  }
}

// Two occurrences of one signature: the number differs.
report(() => charge({ id: 1001, text: '{' }));
report(() => charge({ id: 1002, text: '{' }));
// Another service, named by its tag.
report(() => findUser(7), (scope) => scope.setTag('service', 'users'));
// The same failure, which the fingerprint sets apart.
report(() => findUser(7), (scope) => {
  scope.setTag('service', 'users');
  scope.setFingerprint(['{{ default }}', 'europe']);
});
report(() => {
  throw new AggregateError([new RangeError('too far'), new TypeError('too odd')], 'both failed');
});
// Large enough for gzip, and cut in the middle of a character.
report(() => {
  throw new Error(`a long text: ${'\u{1F600}'.repeat(9000)}`);
}, (scope) => scope.setExtra('dump', 'x'.repeat(40_000)));
Sentry.captureMessage('the disk is almost full', 'error');
// Below error: counted, not kept.
Sentry.captureMessage('the shop is open', 'info');

await Sentry.close(10_000);
