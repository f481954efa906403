/** The addresses of brokers in a setting. */
import { SpillwayError } from '../base/index.ts'

/**
 * Addresses `host:port`, separated by commas.
 * @throws `SPILL_INPUT` that names the subject and the address that is none.
 * @example
 * brokerAddresses('10.0.0.1:9092, 10.0.0.2:9092', 'KAFKA_BROKERS') // ['10.0.0.1:9092', '10.0.0.2:9092']
 */
export function brokerAddresses(text: string, subject: string): readonly string[] {
  const addresses = text.split(',').map(address => address.trim())
  const wrong = addresses.find(address => !/^[^\s:]+:\d{1,5}$/.test(address))
  if (wrong === undefined) return addresses
  throw new SpillwayError('SPILL_INPUT', `${subject}: '${wrong}' is no address of a broker; write host:port,host:port`)
}
