// Shows openapi.json: operations by tag, schemas, and a form to try each operation. Everything of
// the description becomes text nodes, never markup.
'use strict';

const verbs = ['get', 'post', 'put', 'patch', 'delete'];
let api = null;
const credentials = new Map();  // by scheme; kept in this page alone, and gone with it

function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((each) => each !== null && each !== undefined));
  return made;
}

// ---- JSON ----

/// A whole number beyond 2^53 as a BigInt, where the browser tells how it was written; a Number
/// would show other digits than were sent.
function exactly(name, value, context) {
  const unsafe = typeof value === 'number' && !Number.isSafeInteger(value);
  return unsafe && context && /^-?\d+$/.test(context.source) ? BigInt(context.source) : value;
}

const textOf = (value) => typeof value === 'bigint' ? String(value) : JSON.stringify(value);

function isJson(text) {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/// JSON as it was sent, token by token, on lines of its own.
function indented(text) {
  const tokens = text.match(/"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g) || [];
  let made = '';
  let depth = 0;
  const line = (by) => `\n${'  '.repeat(depth += by)}`;
  for (let at = 0; at < tokens.length; ++at) {
    const each = tokens[at];
    if (each === ']' || each === '}') made += line(-1) + each;
    else if (each === ',') made += each + line(0);
    else if (each === ':') made += ': ';
    else if (each !== '[' && each !== '{') made += each;
    else if (tokens[at + 1] === ']' || tokens[at + 1] === '}') made += each + tokens[++at];
    else made += each + line(1);
  }
  return made;
}

// ---- schemas ----

const nameOf = (reference) => reference.split('/').pop();

function resolved(schema) {
  for (let depth = 0; schema && schema.$ref && depth < 8; ++depth)
    schema = api.components.schemas[nameOf(schema.$ref)];
  return schema || {};
}

function bounds(schema) {
  const words = [];
  const range = (least, most, unit) => {
    if (least === undefined && most === undefined) return;
    if (least !== undefined && most !== undefined) words.push(`${least} to ${most}${unit}`);
    else if (least !== undefined) words.push(`at least ${least}${unit}`);
    else words.push(`at most ${most}${unit}`);
  };
  range(schema.minimum, schema.maximum, '');
  range(schema.minLength, schema.maxLength, ' characters');
  range(schema.minItems, schema.maxItems, ' items');
  if (schema.pattern) words.push(schema.pattern);
  if (schema.default !== undefined) words.push(`default ${textOf(schema.default)}`);
  return words;
}

/// A few words: "string, 1 to 255 characters", with links to the components it names.
function kind(schema) {
  const made = make('span', {class: 'kind'});
  if (schema.$ref) {
    made.append(make('a', {href: `#schema-${nameOf(schema.$ref)}`}, nameOf(schema.$ref)));
    return made;
  }
  const either = schema.anyOf || schema.oneOf || schema.allOf;
  if (either && !schema.properties) {
    either.forEach((each, at) => made.append(at > 0 ? ' or ' : '', kind(each)));
  } else if (schema.enum) {
    made.append(schema.enum.map((each) => JSON.stringify(each)).join(' | '));
  } else if (schema.type === 'array') {
    made.append('array of ', kind(schema.items || {}));
  } else if (schema.additionalProperties && typeof schema.additionalProperties === 'object') {
    made.append('object of ', kind(schema.additionalProperties));
  } else {
    const type = [].concat(schema.type || 'any JSON').join(' or ');
    made.append(schema.format && !schema.format.startsWith('int') ? `${type} (${schema.format})`
                                                                  : type);
  }
  const words = bounds(schema);
  if (words.length > 0) made.append(', ', words.join(', '));
  return made;
}

function table(headings, rows) {
  return make('div', {class: 'scroll'},
    make('table', {},
      make('thead', {}, make('tr', {}, ...headings.map((each) => make('th', {}, each)))),
      make('tbody', {}, ...rows.map((cells) =>
        make('tr', {}, ...cells.map((cell) => make('td', {}, cell)))))));
}

function members(schema) {
  const required = new Set(schema.required || []);
  return table(['member', 'type'], Object.entries(schema.properties).map(([name, each]) => [
    make('code', {class: required.has(name) ? 'must' : undefined}, name),
    described(each)]));
}

function described(schema) {
  const made = make('div', {}, kind(schema));
  if (schema.description) made.append(make('div', {class: 'lead'}, schema.description));
  return made;
}

/// A schema with its members, those of the component that it names.
function shape(schema) {
  const made = make('div', {}, kind(schema));
  const whole = resolved(schema);
  if (whole.properties) made.append(make('div', {class: 'nested'}, members(whole)));
  return made;
}

/// A value that fits, to begin with.
function example(schema, depth = 0) {
  schema = resolved(schema);
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const either = schema.anyOf || schema.oneOf;
  if (either) return example(either[0], depth);
  const type = [].concat(schema.type || 'object')[0];
  if (type === 'object') {
    const required = new Set(schema.required || []);
    const made = {};
    for (const [name, each] of Object.entries(schema.properties || {}))
      if (depth < 4 && required.has(name)) made[name] = example(each, depth + 1);
    return made;
  }
  if (type === 'array') return schema.minItems ? [example(schema.items || {}, depth + 1)] : [];
  if (type === 'integer' || type === 'number')
    return schema.minimum > 0 ? Number(schema.minimum) : 0;
  if (type === 'boolean') return false;
  if (schema.format === 'date-time') return new Date().toISOString();
  return type === 'null' ? null : '';
}

// ---- operations ----

function path(template) {
  const made = make('span', {class: 'path'});
  for (const piece of template.split(/(\{[^}]*\})/))
    made.append(piece.startsWith('{') ? make('i', {}, piece) : piece);
  return made;
}

const jsonOf = (content) => Object.entries(content || {})[0];

function security(operation) {
  const ways = operation.security || api.security || [];
  if (ways.length === 0) return null;
  const text = ways.map((way) => Object.entries(way)
    .map(([name, scopes]) => scopes.length > 0 ? `${name} (${scopes.join(', ')})` : name)
    .join(' and ')).join(' or ');
  return make('p', {class: 'lead'}, 'Needs ', make('code', {}, text), '.');
}

function parameters(all) {
  return table(['name', 'in', 'type'], all.map((each) => [
    make('code', {class: each.required ? 'must' : undefined}, each.name), each.in,
    described({...each.schema, description: each.description})]));
}

/// The header fields of an answer, but for the one that all have; what they mean is their title.
function fieldsOf(answer) {
  const names = Object.keys(answer.headers || {}).filter((name) => name !== 'X-Request-Id');
  if (names.length === 0) return null;
  const made = make('div', {class: 'lead'}, 'with ');
  names.forEach((name, at) => made.append(at > 0 ? ', ' : '',
    make('code', {title: (api.components.headers[name] || {}).description}, name)));
  return made;
}

function responses(all) {
  const seen = new Set();  // a component's members are shown once
  return table(['status', 'answer'], Object.entries(all).map(([status, answer]) => {
    const content = jsonOf(answer.content);
    const cell = make('div', {}, answer.description);
    if (content) {
      const [media, {schema}] = content;
      cell.append(' ', make('span', {class: 'kind mono'}, media));
      if (schema && Object.keys(schema).length > 0) {
        const known = !status.startsWith('2') || seen.has(schema.$ref);
        if (known) cell.append(', ', kind(schema));
        else cell.append(shape(schema));
        if (schema.$ref) seen.add(schema.$ref);
      }
    }
    const fields = fieldsOf(answer);
    if (fields) cell.append(fields);
    return [make('span', {class: `status s${status[0]}`}, status), cell];
  }));
}

function operation(template, verb, is) {
  const made = make('details', {class: 'card', id: is.operationId,
                                'data-operation': `${verb} ${template}`},
    make('summary', {}, make('span', {class: `verb ${verb}`}, verb.toUpperCase()), path(template),
      make('span', {class: 'what'}, is.summary || '')));
  const fill = () => {
    const inside = make('div', {class: 'inside'});
    for (const each of (is.description || '').split('\n\n').filter((text) => text !== ''))
      inside.append(make('p', {}, each));
    inside.append(security(is) || '');
    if (is.parameters) inside.append(make('h3', {}, 'Parameters'), parameters(is.parameters));
    if (is.requestBody) {
      const [media, {schema}] = jsonOf(is.requestBody.content);
      inside.append(make('h3', {}, 'Body'), make('span', {class: 'kind mono'}, media),
                    shape(schema));
    }
    inside.append(make('h3', {}, 'Answers'), responses(is.responses));
    inside.append(make('h3', {}, 'Try it'), tryout(template, verb, is));
    made.append(inside);
  };
  made.addEventListener('toggle', fill, {once: true});
  return made;
}

// ---- trying ----

function field(label, input) {
  return make('label', {}, make('span', {class: 'mono'}, label), input);
}

/// Of an operation: by name, but for cookies, which the browser sends by itself.
function schemesOf(is) {
  const names = new Set((is.security || []).flatMap((way) => Object.keys(way)));
  return [...names].map((name) => [name, (api.components.securitySchemes || {})[name]])
    .filter(([, scheme]) => scheme && scheme.in !== 'cookie');
}

function credentialFields(is) {
  return schemesOf(is).map(([name]) => {
    const input = make('input', {type: 'password', autocomplete: 'off'});
    input.value = credentials.get(name) || '';
    input.addEventListener('input', () => credentials.set(name, input.value));
    return field(name, input);
  });
}

function addCredentials(is, headers) {
  for (const [name, scheme] of schemesOf(is)) {
    const text = credentials.get(name);
    if (!text) continue;
    if (scheme.type === 'http') headers.set('Authorization', `Bearer ${text}`);
    else headers.set(scheme.name, text);
  }
}

function requestOf(template, verb, is, inputs, text) {
  const headers = new Headers();
  const query = new URLSearchParams();
  let target = template;
  for (const [each, input] of inputs) {
    if (each.in === 'path') target = target.replace(`{${each.name}}`,
                                                    encodeURIComponent(input.value));
    else if (input.value === '') continue;
    else if (each.in === 'query') query.append(each.name, input.value);
    else if (each.in === 'header') headers.set(each.name, input.value);
  }
  addCredentials(is, headers);
  if (query.size > 0) target += `?${query}`;
  const options = {method: verb.toUpperCase(), headers};
  if (text !== null) {
    headers.set('Content-Type', 'application/json');
    options.body = text;
  }
  return [target.replace(/^\//, ''), options];
}

async function shown(answer, started, to) {
  const text = await answer.text();
  let body = text;
  if ((answer.headers.get('Content-Type') || '').includes('json') && isJson(text))
    body = indented(text);
  const head = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
  const spent = Math.round(performance.now() - started);
  to.replaceChildren(
    make('p', {}, make('span', {class: `status s${String(answer.status)[0]}`},
      `${answer.status} ${answer.statusText}`), make('span', {class: 'kind'}, ` in ${spent} ms`)),
    make('pre', {}, head), make('pre', {}, body));
}

function tryout(template, verb, is) {
  const inputs = (is.parameters || []).filter((each) => each.in !== 'cookie')
    .map((each) => [each, make('input', {required: each.required})]);
  const body = is.requestBody ? make('textarea', {spellcheck: 'false'}) : null;
  if (body) body.value = JSON.stringify(example(jsonOf(is.requestBody.content)[1].schema), null, 2);
  const send = make('button', {type: 'submit'}, 'Send');
  const to = make('output', {});
  const form = make('form', {class: 'tryout'}, ...credentialFields(is),
    ...inputs.map(([each, input]) => field(each.name, input)),
    body ? field('body', body) : null, send);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    send.disabled = true;
    const started = performance.now();
    try {
      const [target, options] = requestOf(template, verb, is, inputs, body ? body.value : null);
      await shown(await fetch(target, options), started, to);
    } catch (error) {
      to.replaceChildren(make('p', {class: 'status s5'}, String(error)));
    }
    send.disabled = false;
  });
  return make('div', {}, form, to);
}

// ---- the whole ----

function groups() {
  const made = new Map(((api.tags || []).map((tag) => [tag.name, []])));
  for (const [template, item] of Object.entries(api.paths)) {
    for (const verb of verbs) {
      if (!item[verb]) continue;
      const tag = (item[verb].tags || ['other'])[0];
      if (!made.has(tag)) made.set(tag, []);
      made.get(tag).push([template, verb, item[verb]]);
    }
  }
  return made;
}

function filter(text) {
  const wanted = text.toLowerCase();
  for (const each of document.querySelectorAll('[data-text]'))
    each.hidden = !each.dataset.text.includes(wanted);
  for (const each of document.querySelectorAll('section'))
    each.hidden = each.querySelector('.card:not([hidden])') === null;
}

function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target || target.tagName !== 'DETAILS') return;
  target.open = true;
  target.scrollIntoView();
}

function show() {
  document.title = api.info.title;
  document.getElementById('title').textContent = api.info.title;
  document.getElementById('version').textContent = api.info.version;
  const main = document.getElementById('main');
  const contents = document.getElementById('contents');
  main.replaceChildren(api.info.description ? make('p', {class: 'lead'}, api.info.description) : '');
  for (const [tag, all] of groups()) {
    const section = make('section', {}, make('h2', {}, tag));
    contents.append(make('strong', {}, tag));
    for (const [template, verb, is] of all) {
      const text = `${verb} ${template} ${is.summary || ''}`.toLowerCase();
      const card = operation(template, verb, is);
      card.dataset.text = text;
      section.append(card);
      contents.append(make('a', {href: `#${is.operationId}`, title: `${verb} ${template}`,
                                 'data-text': text}, is.summary || template));
    }
    main.append(section);
  }
  const schemas = make('section', {}, make('h2', {}, 'Schemas'));
  for (const [name, schema] of Object.entries(api.components.schemas || {})) {
    const inside = make('div', {class: 'inside'});
    inside.append(schema.description ? make('p', {class: 'lead'}, schema.description) : '');
    inside.append(schema.properties ? members(schema) : kind(schema));
    const card = make('details', {class: 'card', id: `schema-${name}`},
      make('summary', {}, make('span', {class: 'path'}, name)), inside);
    card.dataset.text = `schema ${name}`.toLowerCase();
    schemas.append(card);
  }
  main.append(schemas);
}

async function start() {
  try {
    const answer = await fetch('openapi.json');
    if (!answer.ok) throw new Error(`openapi.json answered ${answer.status}`);
    api = JSON.parse(await answer.text(), exactly);
    show();
  } catch (error) {
    document.getElementById('main').replaceChildren(
      make('p', {class: 'notice'}, `The description could not be shown: ${error.message}.`));
    return;
  }
  document.getElementById('filter').addEventListener('input', (event) =>
    filter(event.target.value));
  addEventListener('hashchange', openTarget);
  openTarget();
}

start();
