// The words of the page's language.
const language = document.documentElement.dataset.language === "en" ? "en" : "zh";
export const w = (await import(`/assets/words-${language}.js`)).default;
/** A word whose key is put together: named("purpose", "browse"). */
export const named = (prefix, name) => w[`${prefix}_${name}`] ?? name;
