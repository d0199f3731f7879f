/** The month peaks as the integration's sensor tells them. */

/** Return the months of the sensor's attribute, oldest first; null where there is none to show. */
export function monthsOf(state) {
  const months = state?.attributes?.months;
  return Array.isArray(months) && months.length ? months : null;
}

/** Return the mean that the sensor tells, in kW; null where it has none. */
export function meanOf(state) {
  const mean = Number.parseFloat(state?.state);
  return Number.isFinite(mean) ? mean : null;
}
