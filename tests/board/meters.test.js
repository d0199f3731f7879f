/** Finding the meters in Home Assistant's registries. */

import assert from "node:assert/strict";
import test from "node:test";

import { findMeters, metersOf, newestDay } from "../../custom_components/fluvius_esco/frontend/meters.js";

const EAN = "541440110000000001";
const GAS_EAN = "541441010000000003";

function entity(id, device, key, platform = "fluvius_esco") {
  return { entity_id: id, device_id: device, translation_key: key, platform };
}

const devices = {
  contract: { id: "contract", name: "Contract", identifiers: [["fluvius_esco", "contract_live_1"]] },
  gas: { id: "gas", name: "Gas", model_id: "G", identifiers: [["fluvius_esco", GAS_EAN]] },
  power: {
    id: "power",
    name: "Electricity",
    name_by_user: "Bakery",
    model_id: "E",
    identifiers: [["fluvius_esco", EAN]],
  },
  lamp: { id: "lamp", name: "Lamp", identifiers: [["hue", EAN]] },
};
const entities = Object.fromEntries(
  [
    entity("sensor.contract", "contract", "mandates_approved"),
    entity("sensor.gas", "gas", "data_until"),
    entity("sensor.until", "power", "data_until"),
    entity("light.lamp", "lamp", undefined, "hue"),
    entity("sensor.loose", null, "data_until"),
  ].map((one) => [one.entity_id, one]),
);

test("a meter is a device of the integration that bears an EAN", () => {
  const found = findMeters(devices, entities, "en");
  assert.deepEqual(
    found.map(({ name, ean, isGas, firstHour }) => [name, ean, isGas, firstHour]),
    [
      ["Bakery", EAN, false, 0],
      ["Gas", GAS_EAN, true, 6],
    ],
  );
  assert.deepEqual(found[0].entities, { data_until: "sensor.until" });
});

test("a registry that changes for others leaves the meters the very same", () => {
  const before = metersOf({ devices, entities });
  const lamp = { ...devices.lamp, name: "Lantern" };
  assert.equal(metersOf({ devices: { ...devices, lamp }, entities: { ...entities } }), before);

  const gas = { ...devices.gas, name_by_user: "Boiler" };
  const renamed = metersOf({ devices: { ...devices, gas }, entities });
  assert.deepEqual(
    renamed.map(({ name }) => name),
    ["Bakery", "Boiler"],
  );
  assert.equal(renamed[0], before[0]);

  const more = entity("sensor.last", "power", "last_day_offtake");
  assert.notEqual(metersOf({ devices, entities: { ...entities, more } })[0], before[0]);
});

test("a thousand meters are found at once", () => {
  const many = {};
  const theirs = {};
  for (let index = 0; index < 1000; index++) {
    const id = "device" + index;
    const ean = "54144" + String(index).padStart(13, "0");
    many[id] = { id, name: "Meter " + index, identifiers: [["fluvius_esco", ean]] };
    for (let key = 0; key < 15; key++) {
      const one = entity("sensor." + id + "_" + key, id, "key" + key);
      theirs[one.entity_id] = one;
    }
  }
  const started = performance.now();
  assert.equal(findMeters(many, theirs, "nl").length, 1000);
  assert.ok(performance.now() - started < 1000);
});

test("the newest day is the one that the readings end in", () => {
  const [power, gas] = findMeters(devices, entities, "en");
  const hass = { states: { "sensor.until": { state: "2026-11-25T23:00:00+00:00" } } };
  assert.equal(newestDay(hass, power), "2026-11-25");
  assert.equal(newestDay({ states: {} }, gas, Date.parse("2026-11-26T12:00:00Z")), "2026-11-25");
});
