/**
 * Colours of the base map. It stays behind the data: near-neutral, little contrast between land
 * and water, more for borders, most for names.
 */

/**
 * @typedef {object} Palette
 * @property {string} water
 * @property {string} land
 * @property {string} coast
 * @property {string} river
 * @property {string} country  border between countries
 * @property {string} province  border between provinces
 * @property {string} disputed
 * @property {string} name  of a town
 * @property {string} localName  of a town, in the letters of its country
 * @property {string} areaName  of a country
 * @property {string} provinceName
 * @property {string} halo  around names
 * @property {string} dot  at a town
 */

/** @type {Readonly<Record<"light"|"dark", Palette>>} */
export const PALETTES = Object.freeze({
  light: {
    water: "#d9e4ea",
    land: "#f6f4ef",
    coast: "#a9bcc7",
    river: "#a9c4d3",
    country: "#857f74",
    province: "#c4bdb0",
    disputed: "#857f74",
    name: "#3b3a37",
    localName: "#5c5a54",
    areaName: "#5c5a54",
    provinceName: "#7d786d",
    halo: "rgba(250, 249, 246, 0.92)",
    dot: "#6b675f",
  },
  dark: {
    water: "#14181c",
    land: "#262b30",
    coast: "#43505a",
    river: "#34495a",
    country: "#78828b",
    province: "#3d454c",
    disputed: "#8b959e",
    name: "#d9dee2",
    localName: "#b4bcc3",
    areaName: "#b4bcc3",
    provinceName: "#929ba3",
    halo: "rgba(24, 28, 32, 0.92)",
    dot: "#9aa4ac",
  },
});

/** First zoom at which borders between provinces show. */
export const PROVINCES_FROM = 5;

/** Widths in CSS pixels by zoom. */
export const WIDTHS = Object.freeze({
  coast: () => 0.7,
  /** @param {number} zoom */
  river: (zoom) => (zoom < 4 ? 0.6 : zoom < 6 ? 0.8 : 1.2),
  /** @param {number} zoom */
  country: (zoom) => (zoom < 4 ? 0.8 : zoom < 7 ? 1.1 : 1.5),
  /** @param {number} zoom */
  province: (zoom) => (zoom < 7 ? 0.7 : 1),
});

/**
 * How much of a river shows, 0 to 1. Their lines are drawn for maps of 1:50 million: nearer, they
 * would pass towns on the wrong side.
 *
 * @param {number} zoom
 */
export const riverOpacity = (zoom) => (zoom < 9 ? 1 : zoom < 10 ? 0.5 : 0);

/** Dash and gap of disputed borders, CSS pixels. */
export const DASH = Object.freeze([5, 3.5]);
