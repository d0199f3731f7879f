/** The month peaks as the integration's sensors tell them. */

/** The power that each month counts for at the least in the Flemish tariff, in kW. */
export const FLOOR = 2.5;

/**
 * Return the months to show, oldest first: the twelve that the mean is of, and the present one.
 *
 * `mean` and `present` are the states of the sensors; null where they tell of no month at all.
 */
export function monthsOf(mean, present) {
  const before = mean?.attributes?.months;
  if (!Array.isArray(before)) return null;
  const months = before.map((month) => ({ ...month, isPresent: false }));
  if (present?.attributes?.month) months.push(presentMonthOf(present));
  return months.some(({ missing }) => !missing) ? months : null;
}

function presentMonthOf({ state, attributes: { month, start, provisional } }) {
  const peak = powerOf({ state });
  const counted = peak === null ? null : Math.max(FLOOR, peak);
  return { month, start, provisional, peak, counted, missing: peak === null, isPresent: true };
}

/** Return the power that a sensor tells, in kW; null where it has none. */
export function powerOf(state) {
  const power = Number.parseFloat(state?.state);
  return Number.isFinite(power) ? power : null;
}
