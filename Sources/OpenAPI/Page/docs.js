'use strict';

// The description is data: all of it is shown as text, and nothing of it is run.

const shownCharactersMax = 200000;
let description = {};
// In this variable only: gone with the page.
let token = '';

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, '');
    else if (value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== ''));
  return node;
}

// Of CommonMark the descriptions use backquotes alone.
function prose(text) {
  return text.split('`').map((part, index) => index % 2 === 1 ? element('code', {}, part) : part);
}

function resolve(node) {
  for (let steps = 0; node && typeof node.$ref === 'string' && steps < 16; steps += 1) {
    node = node.$ref.slice(2).split('/').reduce((place, name) => {
      return place && place[name.replaceAll('~1', '/').replaceAll('~0', '~')];
    }, description);
  }
  return node || {};
}

function table(title, columns, rows) {
  const head = columns.map((name) => element('th', { scope: 'col' }, name));
  const body = rows.map(([first, ...rest]) => {
    return element('tr', {}, element('th', { scope: 'row' }, first),
      ...rest.map((cell) => element('td', {}, cell)));
  });
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title },
    element('table', {}, element('caption', {}, title),
      element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...body)));
}

function values(schema) {
  if (schema.anyOf) return schema.anyOf.map((part) => values(resolve(part))).join(', or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.join(', ');
  let text = [].concat(schema.type || 'any').join(' or ');
  if (schema.minimum !== undefined) text += ` from ${schema.minimum}`;
  if (schema.maximum !== undefined) text += ` to ${schema.maximum}`;
  if (schema.maxLength !== undefined) text += ` of at most ${schema.maxLength} characters`;
  return text;
}

function schemaTable(title, schema) {
  const required = new Set(schema.required || []);
  const rows = Object.entries(schema.properties || {}).map(([name, property]) => {
    const field = resolve(property);
    return [name, required.has(name) ? 'yes' : 'no', values(field), field.description || ''];
  });
  return rows.length > 0 ? table(title, ['Field', 'Required', 'Values', 'Meaning'], rows) : '';
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// What a failure says, for people; any form of error with a text in one of these members.
function explanation(status, headers, answer) {
  const lines = [];
  if (answer && typeof answer === 'object') {
    for (const name of ['title', 'detail', 'error', 'message']) {
      if (typeof answer[name] === 'string') lines.push(answer[name]);
    }
  }
  if (status === 401) lines.push(token ? 'Use another token.' : 'Enter a token at the top.');
  if (headers.has('retry-after')) lines.push(`Try again in ${headers.get('retry-after')} s.`);
  return lines.join(' \u2013 ');
}

function showAnswer(place, response, text, milliseconds) {
  const isGood = response.ok;
  const words = `${response.status} ${response.statusText}`.trim();
  const answer = parse(text);
  const parts = [element('p', {}, element('span', { class: isGood ? 'good' : 'bad' }, words),
    ` in ${milliseconds} ms`)];
  if (!isGood) {
    parts.push(element('p', { class: 'explanation' },
      explanation(response.status, response.headers, answer)));
  }
  if (answer && Array.isArray(answer.errors)) {
    parts.push(table('What is wrong', ['Field', 'Code', 'Detail'],
      answer.errors.map((error) => [`${error.field}`, `${error.code}`, `${error.detail}`])));
  }
  if (text !== '') {
    const shown = indented(text);
    parts.push(element('h3', {}, 'Content'), element('pre', { class: 'content', tabindex: '0' },
      shown.length > shownCharactersMax ? `${shown.slice(0, shownCharactersMax)}…` : shown));
  }
  parts.push(table('Fields', ['Name', 'Value'], [...response.headers].map((field) => [...field])));
  place.replaceChildren(...parts);
}

function address(path, inputs) {
  let target = path.replace(/^\//, '');
  const query = new URLSearchParams();
  for (const { parameter, input } of inputs) {
    if (parameter.in === 'path') {
      target = target.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    } else if (input.value !== '') query.append(parameter.name, input.value);
  }
  const text = query.toString();
  return text === '' ? target : `${target}?${text}`;
}

async function send(operation, fields, place, button) {
  const headers = {};
  if (token && (operation.security || []).length > 0) headers.Authorization = `Bearer ${token}`;
  const options = { method: operation.method.toUpperCase(), headers, cache: 'no-store' };
  if (fields.body) {
    headers['Content-Type'] = fields.mediaType.value;
    options.body = fields.body.value;
  }
  button.disabled = true;
  place.replaceChildren(element('p', {}, 'Sending…'));
  const start = performance.now();
  try {
    const response = await fetch(address(operation.path, fields.inputs),
      { ...options, credentials: 'same-origin', redirect: 'error', referrerPolicy: 'no-referrer' });
    const text = await response.text();
    showAnswer(place, response, text, Math.round(performance.now() - start));
  } catch (error) {
    place.replaceChildren(element('p', { class: 'bad' }, `No answer: ${error.message}`));
  }
  button.disabled = false;
}

function exampleText(content) {
  const example = content.example;
  if (example === undefined) return '';
  return typeof example === 'string' ? example : JSON.stringify(example, null, 2);
}

function bodyFields(operation, form) {
  const contents = (operation.requestBody || {}).content;
  if (!contents) return {};
  const id = operation.operationId;
  const types = Object.keys(contents);
  const mediaType = element('select', { id: `${id}-type` },
    ...types.map((type) => element('option', { value: type }, type)));
  const body = element('textarea', { id: `${id}-body`, spellcheck: 'false' });
  const reset = () => { body.value = exampleText(contents[mediaType.value]); };
  mediaType.addEventListener('change', reset);
  reset();
  const example = element('button', { type: 'button' }, 'Back to the example');
  example.addEventListener('click', reset);
  form.append(element('label', { for: mediaType.id }, 'Media type'), mediaType,
    element('label', { for: body.id }, 'Body'), body);
  return { mediaType, body, example };
}

function parameterFields(operation, form) {
  return (operation.parameters || []).map(resolve).map((parameter) => {
    const id = `${operation.operationId}-${parameter.name}`;
    const input = element('input', { id, type: 'text', required: parameter.required === true,
      autocomplete: 'off', 'aria-describedby': `${id}-hint` });
    const hint = [parameter.description, values(parameter.schema || {})].filter(Boolean).join('. ');
    form.append(element('label', { for: id }, `${parameter.name} (${parameter.in})`), input,
      element('p', { class: 'hint', id: `${id}-hint` }, ...prose(hint)));
    return { parameter, input };
  });
}

function answersTable(operation) {
  const rows = Object.entries(operation.responses || {}).map(([status, reference]) => {
    const answer = resolve(reference);
    return [status, answer.description || '', Object.keys(answer.headers || {}).join(', ')];
  });
  return element('details', {}, element('summary', {}, 'Answers that can come'),
    element('div', {}, table('Answers', ['Status', 'Meaning', 'Fields'], rows)));
}

function schemaDetails(operation) {
  const contents = Object.values((operation.requestBody || {}).content || {});
  const fields = contents.map((content) => resolve(content.schema))
    .map((schema) => schemaTable('Fields of the body', schema)).filter(Boolean);
  if (fields.length === 0) return '';
  return element('details', {}, element('summary', {}, 'Fields of the body'),
    element('div', {}, ...fields));
}

function operationPanel(operation) {
  const needsToken = (operation.security || []).length > 0;
  const form = element('form', { class: 'operation', autocomplete: 'off' });
  const inputs = parameterFields(operation, form);
  const fields = { inputs, ...bodyFields(operation, form) };
  const button = element('button', { type: 'submit' }, 'Send');
  form.append(element('div', { class: 'row' }, button, fields.example || ''));
  const answer = element('section', { class: 'answer', 'aria-live': 'polite',
    'aria-label': `Answer of ${operation.method.toUpperCase()} ${operation.path}` });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(operation, fields, answer, button);
  });
  return element('details', { id: operation.operationId },
    element('summary', {},
      element('span', { class: 'method' }, operation.method.toUpperCase()), ' ',
      element('code', { class: 'path' }, operation.path), ' ', operation.summary || ''),
    element('div', {},
      element('p', {}, ...prose(operation.description || '')),
      element('p', { class: 'hint' }, needsToken ? 'Needs a token.' : 'Needs no token.'),
      form, answer, schemaDetails(operation), answersTable(operation)));
}

function show() {
  const info = description.info || {};
  document.getElementById('about').textContent =
    `Version ${info.version}, with the model ${info['x-model']}.`;
  const groups = new Map();
  for (const [path, methods] of Object.entries(description.paths || {})) {
    for (const [method, operation] of Object.entries(methods)) {
      // What HEAD does, GET says.
      if (method === 'head') continue;
      const tag = (operation.tags || ['other'])[0];
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operationPanel({ ...operation, path, method }));
    }
  }
  const sections = [...groups].map(([tag, panels]) => {
    return element('section', {}, element('h2', {}, tag), ...panels);
  });
  document.getElementById('operations').replaceChildren(...sections);
}

function useToken(event) {
  event.preventDefault();
  const input = document.getElementById('token');
  token = input.value.trim().replace(/^Bearer\s+/i, '');
  input.value = '';
  showToken();
}

function showToken() {
  document.getElementById('forget').hidden = token === '';
  document.getElementById('token-state').textContent = token === ''
    ? 'No token. It is kept in this page only, until you leave it.'
    : 'A token is in use. It is kept in this page only, until you leave it.';
}

async function start() {
  document.getElementById('authorize').addEventListener('submit', useToken);
  document.getElementById('forget').addEventListener('click', () => {
    token = '';
    showToken();
    document.getElementById('token').focus();
  });
  try {
    const response = await fetch('openapi.json');
    if (!response.ok) throw new Error(`status ${response.status}`);
    description = await response.json();
    show();
  } catch (error) {
    const loading = document.getElementById('loading');
    loading.textContent = `The description cannot be loaded: ${error.message}`;
  }
}

start();
