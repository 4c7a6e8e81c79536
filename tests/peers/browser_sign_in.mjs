// tests/peers/browser_sign_in.mjs: a person in Chromium signs in, asks, and signs out again.
//
//     node browser_sign_in.mjs https://localhost:40000 http://127.0.0.1:40001 /tmp/profile
//
// The site, its identity provider, and a folder for the browser. Writes what was seen on the way as
// one object of JSON. The browser is driven by its DevTools protocol over two pipes: no port opens.
import { spawn } from 'node:child_process';

const [, , site, provider, profile] = process.argv;
const boundMs = 30_000, lookMs = 20;

const chromium = spawn('chromium', [
  '--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
  '--ignore-certificate-errors', '--remote-debugging-pipe', `--user-data-dir=${profile}`,
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1', 'about:blank',
], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });

const waiting = new Map();
let read = '', sent = 0;
chromium.stdio[4].on('data', (bytes) => {
  const parts = (read + bytes).split('\0');
  read = parts.pop();
  for (const text of parts) {
    const { id, result, error } = JSON.parse(text);
    const whose = waiting.get(id);
    if (!whose) continue; // an event
    waiting.delete(id);
    if (error) whose.fail(new Error(error.message)); else whose.done(result);
  }
});

let sessionId;
function call(method, params = {}) {
  sent += 1;
  const id = sent;
  chromium.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((done, fail) => { waiting.set(id, { done, fail }); });
}

/// The value of an expression in the page, as the page's own script would see it.
async function evaluated(expression) {
  const { result, exceptionDetails } = await call('Runtime.evaluate', {
    expression, awaitPromise: true, returnByValue: true });
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'it threw');
  return result.value;
}

/// Until the page has it: a page that is being left has nothing.
async function shows(expression) {
  const until = Date.now() + boundMs;
  for (;;) {
    if (await evaluated(expression).catch(() => false)) return;
    if (Date.now() > until) {
      const page = await evaluated('location.href + " " + document.body.innerText').catch(String);
      throw new Error(`the page never has ${expression}: ${page}`);
    }
    await new Promise((done) => { setTimeout(done, lookMs); });
  }
}

async function goTo(url) {
  await call('Page.navigate', { url });
  await shows(`location.href === ${JSON.stringify(url)} && document.readyState === 'complete'`);
}

/// Status and body of what a page's script asks with its cookies.
const asked = (path, how = {}) => evaluated(`fetch(${JSON.stringify(path)}, ${JSON.stringify(how)})
  .then(async (of) => ({ status: of.status, body: await of.text() }))`);

const siteCookies = async () => (await call('Network.getCookies', { urls: [site] })).cookies;

/// On the provider's pages: who it is, and that the site may know.
async function saysWhoItIs(seen) {
  await shows('document.querySelector("input[name=login]")');
  seen.login = await evaluated('location.origin + " " + document.querySelector("h1").innerText');
  await evaluated(`document.querySelector('input[name=login]').value = 'user-1';
    document.querySelector('input[name=password]').value = 'of no importance';
    document.querySelector('[type=submit]').click()`);
  await shows('document.querySelector("input[name=prompt][value=consent]")');
  seen.consent = await evaluated('location.origin + " " + document.querySelector("h1").innerText');
  await evaluated('document.querySelector("[type=submit]").click()');
}

/// What another site's page can do with this browser's cookies: the provider stands for it.
async function byAnotherSite(seen) {
  await goTo(`${provider}/.well-known/openid-configuration`);
  await evaluated(`fetch('${site}/auth/logout', { method: 'POST', mode: 'no-cors',
    credentials: 'include' }).then(() => true, () => false)`);
  await goTo(`${site}/docs`);
  seen.afterOtherSite = await asked('/v1/me');
}

async function wholeWay() {
  const seen = {};
  await call('Page.navigate', { url: `${site}/auth/login?return_to=/docs` });
  await saysWhoItIs(seen);
  await shows(`location.href === '${site}/docs' && document.readyState === 'complete'`);
  seen.cookies = await siteCookies();
  seen.readable = await evaluated('document.cookie');
  seen.inlineScriptRan = await evaluated(`(() => {
    const made = document.createElement('script');
    made.textContent = 'window.ran = true';
    document.head.append(made);
    return window.ran === true;
  })()`);
  seen.me = await asked('/v1/me');
  await byAnotherSite(seen);
  seen.logout = await asked('/auth/logout', { method: 'POST' });
  seen.cookiesAfter = await siteCookies();
  seen.meAfter = await asked('/v1/me');
  for (const { name, value } of seen.cookies) {
    await call('Network.setCookie', { url: site, name, value, path: '/', secure: true });
  }
  seen.meWithOldCookie = await asked('/v1/me');
  return seen;
}

setTimeout(() => { process.stderr.write('it took too long\n'); process.exit(1); }, 2 * boundMs);
process.on('exit', () => chromium.kill('SIGKILL'));
chromium.on('error', (why) => { process.stderr.write(`${why}\n`); process.exit(1); });
try {
  const { targetId } = await call('Target.createTarget', { url: 'about:blank' });
  ({ sessionId } = await call('Target.attachToTarget', { targetId, flatten: true }));
  process.stdout.write(`${JSON.stringify(await wholeWay())}\n`);
  process.exit(0);
} catch (why) {
  process.stderr.write(`${why.stack}\n`);
  process.exit(1);
}
