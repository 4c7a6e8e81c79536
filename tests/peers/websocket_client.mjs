// websocket_client.mjs URL: speaks to an echo by the WebSocket implementation of npm's `ws`, and says
// what came of it, a line each.
import WebSocket from 'ws';

const url = process.argv[2];

// Opens, sends each message once the one before has come back, and closes.
function converse(name, options, messages) {
  return new Promise((resolve, reject) => {
    const peer = new WebSocket(url, ['news'], options);
    let at = 0;
    const next = () => (at < messages.length ? peer.send(messages[at]) : peer.close(1000, 'done'));
    peer.on('open', next);
    peer.on('message', (told) => {
      const same = Buffer.from(told).equals(Buffer.from(messages[at]));
      if (!same) return reject(new Error(`${name}: message ${at} came back changed`));
      at += 1;
      next();
    });
    peer.on('error', reject);
    peer.on('close', (code) => {
      const extensions = peer.extensions || 'none';
      console.log(`${name}: ${at} messages, ${peer.protocol}, ${extensions}, closed ${code}`);
      resolve();
    });
  });
}

function pinged() {
  return new Promise((resolve, reject) => {
    const peer = new WebSocket(url);
    peer.on('open', () => peer.ping('still there?'));
    peer.on('pong', (told) => {
      console.log(`pong: ${told}`);
      peer.close();
    });
    peer.on('error', reject);
    peer.on('close', resolve);
  });
}

function refused() {
  return new Promise((resolve) => {
    const peer = new WebSocket(url, { origin: 'https://elsewhere.example' });
    peer.on('unexpected-response', (_, answer) => {
      console.log(`refused: ${answer.statusCode}`);
      resolve();
    });
  });
}

const text = Array.from({ length: 5000 }, (_, i) => `line ${i} of a text that compresses`);
const messages = ['', 'short', 'κόσμε 😀', text.join('\n'), Buffer.alloc(200_000, 7), 'x'.repeat(70_000)];
await converse('plain', { perMessageDeflate: false }, messages);
await converse('deflated', { perMessageDeflate: { threshold: 0 } }, messages);
await converse('forgetful', {
  perMessageDeflate: {
    threshold: 0,
    clientNoContextTakeover: true,
    serverNoContextTakeover: true,
    serverMaxWindowBits: 9,
  },
}, messages);
await pinged();
await refused();
process.exit(0); // the refused one's connection would be kept for another request
