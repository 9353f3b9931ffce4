(() => {
'use strict';
const $ = id => document.getElementById(id);
const reveal = () => {
  const id = decodeURIComponent(location.hash.slice(1));
  const e = id && $(id);
  if (!e) return;
  for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;
  const message = /^m\d/.test(id);
  (message ? e.closest('details') : e).scrollIntoView({ block: message ? 'start' : 'center' });
  if (message) e.focus({ preventScroll: true });
};
addEventListener('hashchange', reveal);
// A second click on the same link is no change of the hash.
addEventListener('click', e => {
  const a = e.target.closest && e.target.closest('a[href]');
  if (!a) return;
  const href = a.getAttribute('href');
  if (href.startsWith('#') && href === location.hash) { e.preventDefault(); reveal(); }
});
const light = (e, on) => {
  const f = e.closest && e.closest('[data-f]');
  const layer = f && f.closest('.layer');
  if (!layer) return;
  for (const x of layer.querySelectorAll('[data-f="' + f.dataset.f + '"]')) x.classList.toggle('on', on);
};
addEventListener('mouseover', e => light(e.target, true));
addEventListener('mouseout', e => light(e.target, false));
addEventListener('focusin', e => light(e.target, true));
addEventListener('focusout', e => light(e.target, false));
const all = () => [...document.querySelectorAll('details.msg')];
const unfold = $('unfold');
if (unfold) {
  unfold.hidden = false;
  unfold.addEventListener('click', () => {
    const open = all().some(d => !d.open);
    for (const d of all()) d.open = open;
    unfold.textContent = open ? 'Close all' : 'Open all';
  });
}
addEventListener('beforeprint', () => { for (const d of document.querySelectorAll('details')) d.open = true; });
for (const b of document.querySelectorAll('[data-copy]')) {
  b.hidden = false;
  b.addEventListener('click', () => navigator.clipboard.writeText($(b.dataset.copy).textContent).then(() => { b.textContent = 'Copied'; }, () => getSelection().selectAllChildren($(b.dataset.copy))));
}
for (const pre of document.querySelectorAll('pre.yaml, pre.hex')) {
  const hit = pre.querySelector('.broken, .hit');
  if (hit) pre.scrollTop = Math.max(0, hit.offsetTop - pre.offsetTop - pre.clientHeight / 3);
}
const broken = document.querySelector('.ladder .broken .label');
if (broken) {
  const wide = broken.closest('.scroll'), at = broken.getBoundingClientRect();
  wide.scrollLeft = at.x + at.width / 2 - wide.getBoundingClientRect().x - wide.clientWidth / 2;
}
if (location.hash) reveal();
})();
