/**
 * A column of one repeated value (null, an integer, the length of a list) takes no bytes per value. A batch may hold this many
 * such values in all; the encoder spends bytes on any further ones, so that the decoder can refuse more.
 */
export const ZERO_WIDTH_LIMIT = 1 << 22
