import { expect, test } from './fixtures';
import { new_buyer, sign_in_as } from './people';

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
