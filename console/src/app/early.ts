// The page that the address names is fetched while the rest of the console is still being evaluated:
// this stands first in main.ts. Who shows the page waits for the same promise of the browser.
import { kHome, kPages } from '../pages/pages';

const path = location.pathname.split('/')[1] || kHome;
kPages.find((page) => page.path === path)?.load().catch(() => {}); // App says what is wrong with it
