import { expect, test } from './fixtures';
import { ask, new_buyer, sign_in_as } from './people';

test('form and file keep each other, and the address keeps both', async ({ page }) => {
  await page.goto('/submit?lang=en');
  const file = page.getByRole('textbox', { name: 'Job file, YAML' });
  await page.getByRole('textbox', { name: 'Name' }).fill('mine');
  await expect(file).toHaveValue(/^name: mine\n/);
  await page.getByRole('button', { name: 'Limit' }).click();
  await page.getByRole('textbox', { name: 'Yuan per device-hour' }).fill('7.5');
  await expect(file).toHaveValue(/limit: 7\.5 CNY\/gpu-h/);
  const text = await file.inputValue();
  await file.fill(text.replace('work: 2h', 'work: 90m # an hour and a half'));
  await expect(page.getByRole('textbox', { name: 'How long it runs' })).toHaveValue('90m');
  // What the form changes leaves the writer's comment alone.
  await page.getByRole('textbox', { name: 'How long it runs' }).fill('3h');
  await expect(file).toHaveValue(/work: 3h # an hour and a half/);
  await page.reload();
  await expect(file).toHaveValue(/work: 3h # an hour and a half/);
});

test('what is wrong is told with its line, and the form waits', async ({ page }) => {
  await page.goto('/submit?lang=en');
  const file = page.getByRole('textbox', { name: 'Job file, YAML' });
  await file.fill('resources:\n  accelerators: H800:8\nmarket:\n  work: soon\n');
  await expect(page.getByText('"soon" is no duration').first()).toBeVisible();
  await page.getByRole('button', { name: 'Line 4' }).click();
  await expect(file).toBeFocused();
  await file.fill('market:\n\twork: 1h');
  await expect(page.getByText('Indent with blanks')).toBeVisible();
  await expect(page.getByText('so the form waits')).toBeVisible();
});

test('a job is quoted while it is written, and sent', async ({ page, exchange }) => {
  const buyer = await new_buyer(exchange, 'submit-buyer');
  await sign_in_as(page, buyer);
  await page.goto('/submit?lang=en');
  const quote = page.getByRole('region', { name: 'What it would get' });
  await expect(quote.getByText('Indicative')).toBeVisible();
  await page.getByRole('button', { name: 'Budget' }).click();
  await page.getByRole('textbox', { name: 'Yuan for all of it' }).fill('0.01');
  await expect(quote.getByText('Outbid')).toBeVisible();
  await page.getByRole('button', { name: 'Submit a sample job' }).click();
  await expect(page).toHaveURL(/\/orders\/O-\w+/);
  await expect(page.getByRole('list', { name: 'What has become of it' })).toBeVisible();
});

test('who has no money is told so', async ({ page, exchange, watched }) => {
  const buyer = await new_buyer(exchange, 'poor-buyer');
  await sign_in_as(page, buyer);
  await page.goto('/submit?lang=en');
  await page.getByRole('textbox', { name: 'Nodes' }).fill('20');
  await page.getByRole('textbox', { name: 'How long it runs' }).fill('9000h');
  await page.getByRole('button', { name: 'Submit this job' }).click();
  await expect(page.getByRole('alert')).toContainText('no-money');
  watched.faults.length = 0; // the browser notes the 402
});

test('a number that is written anew stays a number of the form', async ({ page }) => {
  await page.goto('/submit?lang=en');
  const file = page.getByRole('textbox', { name: 'Job file, YAML' });
  await page.getByRole('button', { name: 'Limit' }).click();
  const limit = page.getByRole('textbox', { name: 'Yuan per device-hour' });
  await limit.fill('');
  await expect(limit).toBeFocused();
  await expect(page.getByText('is no money').first()).toBeVisible();
  await limit.pressSequentially('8');
  await expect(file).toHaveValue(/limit: 8 CNY\/gpu-h/);
  for (const [name, text] of [['Per node', /accelerators: \w+:16\n/], ['Nodes', /num_nodes: 16\n/]] as const) {
    const field = page.getByRole('textbox', { name, exact: true });
    await field.focus();
    await field.press('End');
    await field.press('Backspace');
    await expect(field).toHaveValue('');
    await field.pressSequentially('16');
    await expect(file).toHaveValue(text);
  }
});

test('a time that is none makes no order, and leaves when the file has one', async ({ page }) => {
  await page.goto('/submit?lang=en');
  const [file, done] = [page.getByRole('textbox', { name: 'Job file, YAML' }), page.getByRole('textbox', { name: 'Done by' })];
  await done.fill('2030-01-02 08:00');
  await expect(file).toHaveValue(/deadline: "2030-01-02T08:00\+08:00"/);
  await done.fill('2030-02-31 08:00');
  await expect(page.getByText('The file makes no order yet')).toBeVisible();
  await expect(done).toHaveAttribute('aria-invalid', 'true');
  await file.fill((await file.inputValue()).replace(/deadline: .*/, 'deadline: 2030-03-01'));
  await expect(done).toHaveValue('2030-03-01 00:00');
  await expect(done).toHaveAttribute('aria-invalid', 'false');
});

test('the way back leads to the job that was there', async ({ page }) => {
  await page.goto('/submit?lang=en');
  const name = page.getByRole('textbox', { name: 'Name' });
  await name.fill('first');
  await expect.poll(() => new URL(page.url()).searchParams.get('job')).not.toBeNull();
  await page.getByRole('navigation').getByRole('link', { name: 'Submit' }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get('job')).toBeNull();
  await name.fill('second');
  await page.goBack();
  await expect(name).toHaveValue('first');
});

test('a quote that was refused is asked for again', async ({ page, exchange, watched }) => {
  const buyer = await new_buyer(exchange, 'quote-buyer');
  await sign_in_as(page, buyer);
  let refusals = 1;
  const problem = { title: 'Too many requests', status: 429, code: 'rate-limited' };
  await page.route('**/v1/quotes*', (route) => (refusals-- > 0 ? route.fulfill({ status: 429, contentType: 'application/problem+json', body: JSON.stringify(problem) }) : route.continue()));
  await page.goto('/submit?lang=en');
  const quote = page.getByRole('region', { name: 'What it would get' });
  await quote.getByRole('button', { name: 'Try again' }).click();
  await expect(quote.getByText('Indicative')).toBeVisible();
  watched.faults.length = 0; // the browser notes the 429
});

test('who had no money sends the same job again when it is there', async ({ page, exchange, watched }) => {
  const { id } = await ask(exchange, 'operator', 'POST', '/participants', { name: 'penniless', role: 'participant' });
  await sign_in_as(page, { name: 'penniless', id: String(id) });
  await page.goto('/submit?lang=en');
  const send = page.getByRole('button', { name: 'Submit this job' });
  await send.click();
  await expect(page.getByRole('alert')).toContainText('no-money');
  await ask(exchange, 'operator', 'POST', '/deposits', { to: { participant: String(id), purpose: 'cash' }, amount: { amount: '1000.00', currency: 'CNY' }, reference: String(Date.now()) });
  await send.click();
  await expect(page).toHaveURL(/\/orders\/O-\w+/);
  watched.faults.length = 0; // the browser notes the 402
});
