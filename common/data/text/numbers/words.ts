/** The words beside numbers, in both languages at the same place. */
export const months = {
  en: 'January February March April May June July August September October November December'.split(' '),
  de: 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' '),
} as const;

/** From Sunday, as Date.getUTCDay counts. */
export const weekdays = {
  en: 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' '),
  de: 'Sonntag Montag Dienstag Mittwoch Donnerstag Freitag Samstag'.split(' '),
} as const;

export type Currency = 'EUR' | 'USD' | 'GBP' | 'CHF';

interface CurrencyWords {
  sign: string;
  en: { one: string; many: string; centOne: string; centMany: string };
  de: { one: string; many: string; centOne: string; centMany: string };
}

export const currencies: { readonly [C in Currency]: CurrencyWords } = {
  EUR: {
    sign: '€',
    en: { one: 'euro', many: 'euros', centOne: 'cent', centMany: 'cents' },
    de: { one: 'Euro', many: 'Euro', centOne: 'Cent', centMany: 'Cent' },
  },
  USD: {
    sign: '$',
    en: { one: 'dollar', many: 'dollars', centOne: 'cent', centMany: 'cents' },
    de: { one: 'Dollar', many: 'Dollar', centOne: 'Cent', centMany: 'Cent' },
  },
  GBP: {
    sign: '£',
    en: { one: 'pound', many: 'pounds', centOne: 'penny', centMany: 'pence' },
    de: { one: 'Pfund', many: 'Pfund', centOne: 'Penny', centMany: 'Pence' },
  },
  CHF: {
    sign: 'CHF ',
    en: { one: 'franc', many: 'francs', centOne: 'centime', centMany: 'centimes' },
    de: { one: 'Franken', many: 'Franken', centOne: 'Rappen', centMany: 'Rappen' },
  },
};

export const currencyNames = Object.keys(currencies) as readonly Currency[];

/** Things that are counted. In German the accusative of one depends on the gender. */
export const nouns = [
  { en: ['apple', 'apples'], de: ['Apfel', 'Äpfel'], gender: 'm' },
  { en: ['book', 'books'], de: ['Buch', 'Bücher'], gender: 'n' },
  { en: ['lamp', 'lamps'], de: ['Lampe', 'Lampen'], gender: 'f' },
  { en: ['chair', 'chairs'], de: ['Stuhl', 'Stühle'], gender: 'm' },
  { en: ['picture', 'pictures'], de: ['Bild', 'Bilder'], gender: 'n' },
  { en: ['bottle', 'bottles'], de: ['Flasche', 'Flaschen'], gender: 'f' },
  { en: ['key', 'keys'], de: ['Schlüssel', 'Schlüssel'], gender: 'm' },
  { en: ['ticket', 'tickets'], de: ['Karte', 'Karten'], gender: 'f' },
] as const;

/** What has a price, and what departs. */
export const goods = [
  { en: 'the house', de: 'das Haus' },
  { en: 'the car', de: 'der Wagen' },
  { en: 'the journey', de: 'die Reise' },
  { en: 'the painting', de: 'das Gemälde' },
  { en: 'the garden', de: 'der Garten' },
] as const;

export const vehicles = [
  { en: 'the train', de: 'der Zug' },
  { en: 'the bus', de: 'der Bus' },
  { en: 'the ferry', de: 'die Fähre' },
  { en: 'the tram', de: 'die Straßenbahn' },
] as const;

export const people = [
  { en: 'visitor', de: 'Besucher' },
  { en: 'guest', de: 'Gast' },
  { en: 'driver', de: 'Fahrer' },
  { en: 'pupil', de: 'Schüler' },
] as const;
