// The time of day by the showroom's clock.
const zone = document.body.dataset.zone;
const language = document.documentElement.lang;
const clock = new Intl.DateTimeFormat(language, { timeZone: zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const date = new Intl.DateTimeFormat(language, { timeZone: zone, month: "long", day: "numeric", weekday: "long" });

export const clockOf = (ms) => clock.format(ms);
export const dateOf = (ms) => date.format(ms);
