/*
 * Numbers of JSON that a float64 holds exactly by one multiplication or division (Clinger's fast path): digits up to 2^53 and powers of
 * ten up to 22. Others are left to the host.
 */
import { addressOfText, lengthOfText } from "./rowvalues";

const EXACT: u64 = 1 << 53;
const EXACT_POWER: i32 = 22;

/** The nearest float64 of a valid number, or NaN where another method is needed. */
export function parseWeight(text: u64): f64 {
  let at = addressOfText(text);
  const end = at + <usize>lengthOfText(text);
  const negative = load<u8>(at) == 0x2d;
  if (negative) at++;
  let digits: u64 = 0;
  let power: i32 = 0;
  let point = false;
  for (; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == 0x2e) {
      point = true;
      continue;
    }
    if ((byte | 0x20) == 0x65) break;
    digits = digits * 10 + <u64>(byte - 0x30);
    if (digits > EXACT) return NaN;
    if (point) power--;
  }
  if (at < end) {
    at++;
    const sign = load<u8>(at);
    if (sign == 0x2d || sign == 0x2b) at++;
    let exponent: i32 = 0;
    for (; at < end; at++) exponent = min(exponent * 10 + <i32>(load<u8>(at) - 0x30), 1000);
    power += sign == 0x2d ? -exponent : exponent;
  }
  if (power < -EXACT_POWER || power > EXACT_POWER) return NaN;
  const value = <f64>digits;
  const scaled = power < 0 ? value / tenTo(-power) : value * tenTo(power);
  return negative ? -scaled : scaled;
}

/** Exact up to 22. */
function tenTo(power: i32): f64 {
  let result: f64 = 1;
  for (; power > 0; power--) result *= 10;
  return result;
}
