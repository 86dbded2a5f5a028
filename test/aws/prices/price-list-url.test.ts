import { expect, test } from '@jest/globals';
import { offerFileUrl, PRICE_LIST_URL, priceListUrl } from '../../../lib/aws/prices/price-list-url.ts';
import { UserError } from '../../../lib/errors/user-error.ts';

test('the address of an offer file is the one that AWS publishes', () => {
  expect(offerFileUrl(priceListUrl(), 'AmazonBedrock', 'us-west-2').href).toBe(
    'https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonBedrock/current/us-west-2/index.json',
  );
});

test.each([PRICE_LIST_URL, 'http://127.0.0.1:8080', 'http://localhost:1', 'http://[::1]:9999', 'http://127.0.0.2:80'])(
  '%s is read',
  (address) => {
    expect(priceListUrl(address).origin).toBe(new URL(address).origin);
  },
);

test.each([
  'https://example.com',
  'http://pricing.us-east-1.amazonaws.com',
  'https://pricing.us-east-1.amazonaws.com.example.com',
  'https://pricing.us-east-1.amazonaws.com:8443',
  'https://user@pricing.us-east-1.amazonaws.com',
  'http://127.0.0.1.example.com',
  'http://user:secret@127.0.0.1',
  'file:///etc/passwd',
  'http://127.0.0.1/?next=',
  'not an address',
  '',
])("'%s' is refused", (address) => {
  expect(() => priceListUrl(address)).toThrow(UserError);
});
