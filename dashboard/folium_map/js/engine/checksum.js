/** CRC-32 (ISO 3309, as zlib computes it), eight bytes at a time. */

/** @returns {Uint32Array[]} eight tables of 256 */
function tables() {
  const all = Array.from({ length: 8 }, () => new Uint32Array(256));
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    all[0][byte] = value;
  }
  for (let byte = 0; byte < 256; byte++) {
    for (let step = 1; step < 8; step++) {
      const before = all[step - 1][byte];
      all[step][byte] = (before >>> 8) ^ all[0][before & 255];
    }
  }
  return all;
}

const [T0, T1, T2, T3, T4, T5, T6, T7] = tables();

/**
 * @param {Uint8Array} bytes
 * @returns {number} unsigned 32 bits
 */
export function crc32(bytes) {
  let crc = 0xffffffff;
  let i = 0;
  for (const whole = bytes.length - 7; i < whole; i += 8) {
    crc ^= bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24);
    crc =
      T7[crc & 255] ^ T6[(crc >>> 8) & 255] ^ T5[(crc >>> 16) & 255] ^ T4[crc >>> 24] ^
      T3[bytes[i + 4]] ^ T2[bytes[i + 5]] ^ T1[bytes[i + 6]] ^ T0[bytes[i + 7]];
  }
  for (; i < bytes.length; i++) crc = (crc >>> 8) ^ T0[(crc ^ bytes[i]) & 255];
  return (crc ^ 0xffffffff) >>> 0;
}
