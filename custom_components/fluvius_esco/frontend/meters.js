/** The meters that the integration follows, as Home Assistant's registries in the browser know them. */

import { ELECTRICITY_DAY, GAS_DAY, dayOf } from "./time.js";

const PLATFORM = "fluvius_esco";
const GAS = "G";

let known = { meters: [] };

/**
 * Return the followed meters by name; `entities` are their entity ids by translation key.
 *
 * Worked out anew only where a registry changed: there can be a thousand meters, and states change
 * every second. What the registries have of others changes nothing: all is the very same as before.
 */
export function metersOf(hass) {
  if (known.devices !== hass.devices || known.entities !== hass.entities) {
    const { devices, entities } = hass;
    const found = findMeters(devices, entities, hass.locale?.language);
    known = { devices, entities, meters: keptWhereSame(known.meters, found) };
  }
  return known.meters;
}

/** Return the found meters as the objects that stood for them before, if nothing of them changed. */
function keptWhereSame(before, found) {
  const byId = new Map(before.map((meter) => [meter.id, meter]));
  const meters = found.map((meter) => (isSame(byId.get(meter.id), meter) ? byId.get(meter.id) : meter));
  const areSame = meters.length === before.length && meters.every((meter, index) => meter === before[index]);
  return areSame ? before : meters;
}

function isSame(one, other) {
  if (one === undefined) return false;
  const keys = Object.keys(other);
  return keys.length === Object.keys(one).length && keys.every((key) => isEqual(one[key], other[key]));
}

function isEqual(one, other) {
  return one === other || (typeof one === "object" && typeof other === "object" && isSame(one, other));
}

export function findMeters(devices, entities, language) {
  const byDevice = new Map();
  for (const entity of Object.values(entities)) {
    if (entity.platform !== PLATFORM || !entity.device_id) continue;
    if (!byDevice.has(entity.device_id)) byDevice.set(entity.device_id, {});
    if (entity.translation_key) byDevice.get(entity.device_id)[entity.translation_key] = entity.entity_id;
  }
  return [...byDevice]
    .map(([id, entitiesOfMeter]) => meterOf(devices[id], entitiesOfMeter))
    .filter((meter) => meter !== null)
    .sort((one, other) => one.name.localeCompare(other.name, language) || one.ean.localeCompare(other.ean));
}

function meterOf(device, entities) {
  const own = device?.identifiers?.find(([domain, id]) => domain === PLATFORM && /^\d{18}$/.test(id));
  if (!own) return null;
  const isGas = device.model_id === GAS;
  return {
    id: device.id,
    ean: own[1],
    name: device.name_by_user || device.name || own[1],
    isGas,
    firstHour: isGas ? GAS_DAY : ELECTRICITY_DAY,
    entities,
  };
}

/**
 * The entities that tell that readings have come or changed.
 *
 * The newest day is read first: what is corrected of older days is told at the end, by the event.
 */
export const NEWS = ["data_until", "readings", "missing_days"];

/** Return the state of one of a meter's entities, if it has the entity. */
export function stateOf(hass, meter, key) {
  const id = meter.entities[key];
  return id === undefined ? undefined : hass.states[id];
}

/** Return the instant that a meter's readings reach, or null where that is not known. */
export function dataUntil(hass, meter) {
  const instant = Date.parse(stateOf(hass, meter, "data_until")?.state);
  return Number.isNaN(instant) ? null : instant;
}

/** Return the newest day that has readings of a meter; yesterday where that is not known. */
export function newestDay(hass, meter, now = Date.now()) {
  const until = dataUntil(hass, meter) ?? now - 24 * 3_600_000;
  return dayOf(until - 1, meter.firstHour);
}

/** Return the statistic of one measure of a meter. */
export function statisticId(meter, measure) {
  return `${PLATFORM}:${meter.ean}_${measure}`;
}
