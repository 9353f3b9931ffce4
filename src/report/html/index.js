(() => {
'use strict';
const $ = id => document.getElementById(id);
const D = JSON.parse($('data').textContent);
const V = 0, ID = 1, FILE = 2, TITLE = 3, GROUP = 4, LEVELS = 5, HOP = 6, TESTS = 7, CLAUSE = 8, GOT = 9, NOTES = 10, BASE = 11;
const STEP = 150;
const NOTED = 'noted';
let found = [], drawn = 0, texts = null;
const state = { v: new Set(), g: '', l: '', h: '', b: '', q: '' };

const make = (tag, cls, text) => {
  const e = document.createElement(tag);
  if (cls) e.className = cls;
  if (text) e.textContent = text;
  return e;
};
const row = r => {
  const tr = make('tr'), verdict = D.verdicts[r[V]];
  const a = tr.appendChild(make('td'));
  a.append(make('span', 'v ' + verdict, D.signs[r[V]] + ' ' + verdict));
  if (r[BASE] >= 0) a.append(' ', make('span', 'v plain', D.baseline[r[BASE]]));
  if (r[NOTES]) a.append(' ', make('span', 'v noted', '! ' + r[NOTES] + ' noted'));
  const b = tr.appendChild(make('td', 'case'));
  const link = b.appendChild(make('a', 'id', r[ID]));
  link.href = 'cases/' + (r[FILE] || r[ID]) + '.html';
  b.append(make('div', 'small dim', r[TITLE]));
  const c = tr.appendChild(make('td'));
  if (r[CLAUSE]) c.append(make('div', 'clause', r[CLAUSE]));
  if (r[GOT]) c.append(make('div', 'got', r[GOT]));
  tr.append(make('td', 'hop', r[HOP] >= 0 ? D.hops[r[HOP]] : ''));
  return tr;
};
const draw = () => {
  const part = document.createDocumentFragment();
  for (const end = Math.min(drawn + STEP, found.length); drawn < end; drawn++) part.append(row(D.rows[found[drawn]]));
  $('rows').append(part);
  $('more').hidden = drawn >= found.length;
};
const text = i => {
  texts ??= D.rows.map(r => [r[ID], r[TITLE], r[TESTS], r[CLAUSE], r[GOT]].join(' ').toLowerCase());
  return texts[i];
};
const apply = () => {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const g = D.groups.indexOf(state.g), h = D.hops.indexOf(state.h), b = D.baseline.indexOf(state.b), l = D.levels.indexOf(state.l);
  found = [];
  D.rows.forEach((r, i) => {
    if (state.v.size && !state.v.has(D.verdicts[r[V]]) && !(r[NOTES] && state.v.has(NOTED))) return;
    if (state.g && r[GROUP] !== g || state.h && r[HOP] !== h || state.b && r[BASE] !== b || state.l && !(r[LEVELS] & 1 << l)) return;
    if (words.length && !words.every(w => text(i).includes(w))) return;
    found.push(i);
  });
  $('rows').textContent = '';
  drawn = 0;
  draw();
  const all = D.rows.length;
  $('shown').textContent = found.length === all ? all + ' cases, the gravest first' : found.length ? found.length + ' of ' + all + ' cases' : 'No case is like that';
};
const keep = () => {
  const p = new URLSearchParams();
  if (state.v.size) p.set('v', [...state.v].join(','));
  for (const k of ['g', 'l', 'h', 'b', 'q']) if (state[k]) p.set(k, state[k]);
  try { history.replaceState(null, '', '#' + p); } catch { location.hash = p.toString(); }
};
const show = () => {
  for (const b of $('verdicts').children) b.setAttribute('aria-pressed', state.v.has(b.dataset.v));
  $('group').value = state.g; $('level').value = state.l; $('hop').value = state.h; $('base').value = state.b;
  if ($('text').value !== state.q) $('text').value = state.q;
};
const changed = () => { show(); keep(); apply(); };
const read = () => {
  const hash = location.hash.slice(1);
  if (hash && !hash.includes('=')) return false;
  const p = new URLSearchParams(hash);
  state.v = new Set((p.get('v') || '').split(',').filter(Boolean));
  for (const k of ['g', 'l', 'h', 'b', 'q']) state[k] = p.get(k) || '';
  show();
  return true;
};
const choices = (id, names, key) => {
  const s = $(id);
  s.append(new Option('all', ''), ...names.slice().sort().map(n => new Option(n, n)));
  s.addEventListener('change', () => { state[key] = s.value; changed(); });
  s.parentElement.hidden = !names.length;
};
const count = {};
for (const r of D.rows) {
  const v = D.verdicts[r[V]];
  count[v] = (count[v] || 0) + 1;
  if (r[NOTES]) count[NOTED] = (count[NOTED] || 0) + 1;
}
for (const v of [...D.verdicts, NOTED]) {
  if (!count[v]) continue;
  const i = D.verdicts.indexOf(v);
  const b = make('button', 'v ' + v, (i < 0 ? '!' : D.signs[i]) + ' ' + v + ' ' + count[v]);
  b.type = 'button';
  b.dataset.v = v;
  b.addEventListener('click', () => { state.v.has(v) ? state.v.delete(v) : state.v.add(v); changed(); });
  $('verdicts').append(b);
}
choices('group', D.groups, 'g');
choices('level', D.levels, 'l');
choices('hop', D.hops, 'h');
choices('base', D.baseline, 'b');
let typing = 0;
$('text').addEventListener('input', () => {
  state.q = $('text').value;
  clearTimeout(typing);
  typing = setTimeout(changed, 90);
});
$('filters').addEventListener('submit', e => e.preventDefault());
$('clear').addEventListener('click', () => { state.v.clear(); for (const k of ['g', 'l', 'h', 'b', 'q']) state[k] = ''; changed(); });
$('more').addEventListener('click', draw);
new IntersectionObserver(seen => { if (seen.some(e => e.isIntersecting) && drawn < found.length) draw(); }, { rootMargin: '600px' }).observe($('more'));
addEventListener('hashchange', () => { if (read()) { apply(); $('cases').scrollIntoView(); } });
addEventListener('beforeprint', () => { while (drawn < Math.min(found.length, 2000)) draw(); for (const d of document.querySelectorAll('details')) d.open = true; });
addEventListener('keydown', e => { if (e.key === '/' && !/^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) { e.preventDefault(); $('text').focus(); } });
for (const b of document.querySelectorAll('[data-copy]')) {
  b.hidden = false;
  b.addEventListener('click', () => navigator.clipboard.writeText($(b.dataset.copy).textContent).then(() => { b.textContent = 'Copied'; }, () => getSelection().selectAllChildren($(b.dataset.copy))));
}
$('filters').hidden = false;
read();
apply();
})();
