// The browser's address bar and history, bound to the place that pages read and change.
import { address_text, parse_address, type Place } from '../model';

/** The way back: nothing listens any more. */
export function bind_router(place: Place): () => void {
  const here = () => parse_address(location.pathname, location.search);
  place.go(here());
  let page = place.address.path[0];
  place.bind((address, replace) => {
    const text = address_text(address);
    if (replace) history.replaceState(null, '', text);
    else history.pushState(null, '', text);
    if (address.path[0] !== page) scrollTo(0, 0);
    page = address.path[0];
  });
  const back = () => {
    // From the history: written down already.
    place.address = here();
    page = place.address.path[0];
  };
  addEventListener('popstate', back);
  return () => removeEventListener('popstate', back);
}

/** Links of our own origin are steps in the console, unless the reader wants a new tab. */
export function follow(event: MouseEvent, place: Place): void {
  const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.download) return;
  const to = new URL(link.href);
  if (to.origin !== location.origin || to.pathname.startsWith('/v1/')) return;
  event.preventDefault();
  place.go(parse_address(to.pathname, to.search));
}
